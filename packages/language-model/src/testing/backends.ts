import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { type BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe } from 'vitest';

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}/dist/`);

/** Runs a suite on the CPU backend and on the WASM backend with our kernels. */
export function describeOnBackends(name: string, suite: (backend: string) => void): void {
  describe.each(['cpu', 'wasm'])(`${name} on %s`, (backend) => {
    beforeAll(() => startBackend(backend));
    suite(backend);
  });
}

export async function startBackend(backend: string): Promise<void> {
  await tf.setBackend(backend);
  await tf.ready();
  if (backend === 'wasm') registerSegmentSum();
}

/** The gradient of gather, which the WASM backend lacks. */
function registerSegmentSum(): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const wasm = backend as BackendWasm;
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const out = wasm.makeOutput([Number(attrs?.['numSegments']), ...x.shape.slice(1)], x.dtype);
      const sums = wasm.typedArrayFromHeap(out).fill(0);
      const values = wasm.typedArrayFromHeap(x);
      const segments = wasm.typedArrayFromHeap(segmentIds);
      const width = values.length / segments.length;
      segments.forEach((segment, i) => {
        for (let j = 0; j < width; j++) sums[segment * width + j]! += values[i * width + j]!;
      });
      return out;
    },
  });
}
