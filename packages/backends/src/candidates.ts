import type * as tfCore from '@tensorflow/tfjs-core';
import { boundFreeBuffers, type BufferPool } from './bound-free-buffers.js';
import type { WasmBackendModule } from './wasm-module.js';
import type { ImportModule } from './import-module.js';
import { findNativeBuild, type NativeBuild, nativeBuildEntry, type NativeBuildModule } from './native-build.js';
import { requireHardwareAdapter, startNodeWebGpu } from './webgpu-device.js';
import { isNode, wasmFolder } from './runtime.js';

/** The namespace that every package shares. */
export type TensorFlow = typeof tfCore;

/** Best first. `tensorflow-gpu` and `tensorflow` are the native library, on CUDA and on the CPU. */
export const BACKEND_NAMES = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export interface StartContext {
  readonly tf: TensorFlow;
  readonly importModule: ImportModule;
  /** A named device may be a software one; a device found by search must be worth having. */
  readonly asked: boolean;
  readonly wasmPath: string | undefined;
}

/** Starts one device. Resolves to what is worth saying about it; any throw means that it is not available, and why. */
export type StartBackend = (context: StartContext) => Promise<string>;

export const candidates: Record<BackendName, StartBackend> = {
  'tensorflow-gpu': async ({ tf, importModule }) => {
    const origin = await startNative(tf, importModule, '@tensorflow/tfjs-node-gpu', ['cuda']);
    if (!usesGpu(tf.backend())) throw new Error(`${origin} is installed and finds no CUDA device`);
    return `native TensorFlow on CUDA (${origin})`;
  },
  tensorflow: async ({ tf, importModule }) => {
    const origin = await startNative(tf, importModule, '@tensorflow/tfjs-node', ['cpu', 'cuda']);
    return `native TensorFlow on ${usesGpu(tf.backend()) ? 'CUDA' : 'the CPU'} (${origin})`;
  },
  webgpu: async ({ tf, importModule, asked }) => {
    if (isNode()) await startNodeWebGpu(importModule);
    const adapter = await requireHardwareAdapter(asked);
    await importModule('@tensorflow/tfjs-backend-webgpu');
    await activate(tf, 'webgpu');
    const pool = poolOf(tf.backend());
    if (pool) boundFreeBuffers(pool);
    return `WebGPU on ${adapter}`;
  },
  wasm: async ({ tf, importModule, wasmPath }) => {
    const { setWasmPaths } = (await importModule('@tensorflow/tfjs-backend-wasm')) as WasmBackendModule;
    // The threaded build brings nothing in Node, and in browsers it breaks under common minifiers.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const folder = wasmPath ?? (await wasmFolder());
    if (folder !== undefined) setWasmPaths(folder);
    await activate(tf, 'wasm');
    const { registerWasmKernels } = (await importModule(
      '@sdmjs/kernels/tensor',
    )) as typeof import('@sdmjs/kernels/tensor');
    await registerWasmKernels(tf);
    return 'WebAssembly on the CPU, with the kernels of @sdmjs/kernels';
  },
  cpu: async ({ tf, importModule }) => {
    await importModule('@tensorflow/tfjs-backend-cpu');
    await activate(tf, 'cpu');
    return 'plain JavaScript on the CPU (slow)';
  },
};

/** Takes the official package, else a build of `pnpm native-tensorflow` for the first of the devices. Returns where it came from. */
async function startNative(
  tf: TensorFlow,
  importModule: ImportModule,
  name: string,
  devices: readonly NativeBuild['device'][],
): Promise<string> {
  if (!isNode()) throw new Error('native TensorFlow runs in Node only');
  let origin = name;
  try {
    await importModule(name);
  } catch (error) {
    const build = (await Promise.all(devices.map((device) => findNativeBuild(device)))).find(Boolean);
    if (build === undefined) throw error;
    const { registerNativeTensorFlow } = (await importModule(await nativeBuildEntry(build))) as NativeBuildModule;
    registerNativeTensorFlow(tf);
    origin = `TensorFlow ${build.version} in ${build.folder}`;
  }
  await activate(tf, 'tensorflow');
  return origin;
}

async function activate(tf: TensorFlow, name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend "${name}"`);
  await tf.ready();
}

/** The memory of the WebGPU backend. */
function poolOf(backend: object): BufferPool | undefined {
  return 'bufferManager' in backend ? (backend.bufferManager as BufferPool) : undefined;
}

/** The native backend says whether it found a CUDA device. */
function usesGpu(backend: object): boolean {
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
}
