import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { registerWasmKernels } from '@sdmjs/kernels/tensor';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe } from 'vitest';

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}/dist/`);

// Native TensorFlow and WebGPU only where `pnpm test:native` and `pnpm test:webgpu` registered them.
const backends = ['cpu', 'wasm', 'tensorflow', 'webgpu'].filter((name) => tf.findBackendFactory(name));

/** Runs a suite on the CPU backend, on the WASM backend with our kernels, and on native TensorFlow and WebGPU where they are registered. */
export function describeOnBackends(name: string, suite: (backend: string) => void): void {
  describe.each(backends)(`${name} on %s`, (backend) => {
    beforeAll(() => startBackend(backend));
    suite(backend);
  });
}

export async function startBackend(backend: string): Promise<void> {
  tf.enableProdMode(); // no advice on the console to install tfjs-node
  await tf.setBackend(backend);
  await tf.ready();
  if (backend === 'wasm') await registerWasmKernels(tf);
}
