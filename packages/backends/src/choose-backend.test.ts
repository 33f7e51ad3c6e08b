import { SdmError } from '@sdmjs/core';
import * as tfCore from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BackendName } from './candidates.js';
import { chooseBackend } from './choose-backend.js';
import { importModule } from './import-module.js';

/** A TensorFlow.js that knows no device but those in `starts`, and multiplies as `product` says. */
function fakeTensorFlow({ starts = [], product = [19, 22, 43, 50], usesGpu = true }: FakeDevices) {
  return {
    version_core: 'fake',
    env: () => ({ set: () => {} }),
    setBackend: async (name: string) => starts.includes(name),
    ready: async () => {},
    backend: () => ({ isUsingGpuDevice: usesGpu }),
    tidy: (compute: () => unknown) => compute(),
    tensor2d: () => ({}),
    matMul: () => ({ data: async () => Float32Array.from(product), dispose: () => {} }),
  };
}
interface FakeDevices {
  readonly starts?: string[];
  readonly product?: number[];
  readonly usesGpu?: boolean;
}

/** Imports only what is named in `installed`. */
function fakeImporter(installed: readonly string[], devices: FakeDevices, modules: Record<string, unknown> = {}) {
  const known: Record<string, unknown> = {
    '@tensorflow/tfjs-core': fakeTensorFlow(devices),
    '@tensorflow/tfjs-layers': {},
    '@tensorflow/tfjs-backend-wasm': { setWasmPaths: () => {} },
    '@sdmjs/kernels/tensor': { registerWasmKernels: async () => ({}) },
    ...modules,
  };
  const always = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@sdmjs/kernels/tensor'];
  return async (name: string) => {
    if ([...always, ...installed].includes(name)) return known[name] ?? {};
    throw Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  };
}

const cpuPackage = '@tensorflow/tfjs-backend-cpu';
const wasmPackage = '@tensorflow/tfjs-backend-wasm';

// A build in the home folder of whoever runs the tests must not change them.
beforeEach(() => void vi.stubEnv('SDMJS_NATIVE_TENSORFLOW', '/no/such/folder'));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test('native TensorFlow on CUDA wins when it is there, and nothing is said against it', async () => {
  const importFake = fakeImporter(['@tensorflow/tfjs-node-gpu', wasmPackage], { starts: ['tensorflow', 'wasm'] });
  const backend = await chooseBackend({ importModule: importFake });
  expect(backend.name).toBe('tensorflow-gpu');
  expect(backend.reasons).toEqual({});
  expect(backend.describe()).toMatch(
    /^tensorflow-gpu: native TensorFlow on CUDA \(@tensorflow\/tfjs-node-gpu\), \d+ cores?, TensorFlow.js fake$/,
  );
});

test('the CUDA package without a CUDA device is passed over for the native CPU package', async () => {
  const installed = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
  const backend = await chooseBackend({
    importModule: fakeImporter(installed, { starts: ['tensorflow'], usesGpu: false }),
  });
  expect(backend.name).toBe('tensorflow');
  expect(backend.reasons).toEqual({
    'tensorflow-gpu': '@tensorflow/tfjs-node-gpu is installed and finds no CUDA device',
  });
});

test('packages that are not installed are named, and the next device is taken', async () => {
  const messages: string[] = [];
  const backend = await chooseBackend({
    importModule: fakeImporter([wasmPackage], { starts: ['wasm'] }),
    onMessage: (message) => messages.push(message),
  });
  expect(backend.name).toBe('wasm');
  expect(backend.reasons).toEqual({
    'tensorflow-gpu': '@tensorflow/tfjs-node-gpu is not installed',
    tensorflow: '@tensorflow/tfjs-node is not installed',
    webgpu: 'webgpu is not installed',
  });
  expect(messages).toHaveLength(4);
  expect(messages.at(-1)).toBe(backend.describe());
});

test('a native addon that throws while loading counts as absent, with the first line of its complaint', async () => {
  const importFake = fakeImporter([cpuPackage], { starts: ['cpu'] });
  const backend = await chooseBackend({
    importModule: async (name) => {
      if (name === '@tensorflow/tfjs-node')
        throw new Error('The Node.js native addon module can not be found\nand more');
      return importFake(name);
    },
  });
  expect(backend.reasons.tensorflow).toBe('The Node.js native addon module can not be found');
});

test('a backend that TensorFlow.js cannot start is passed over', async () => {
  const backend = await chooseBackend({ importModule: fakeImporter([wasmPackage, cpuPackage], { starts: ['cpu'] }) });
  expect(backend.name).toBe('cpu');
  expect(backend.reasons.wasm).toBe('TensorFlow.js could not start its backend "wasm"');
});

test('kernels that cannot be registered rule WebAssembly out', async () => {
  const broken = { registerWasmKernels: () => Promise.reject(new Error('no SIMD here')) };
  const importFake = fakeImporter(
    [wasmPackage, cpuPackage],
    { starts: ['wasm', 'cpu'] },
    { '@sdmjs/kernels/tensor': broken },
  );
  const backend = await chooseBackend({ importModule: importFake });
  expect(backend.reasons.wasm).toBe('no SIMD here');
  expect(backend.name).toBe('cpu');
});

test('a device that multiplies wrongly is refused, and when none is left the error names them all', async () => {
  const importFake = fakeImporter([cpuPackage], { starts: ['cpu'], product: [0, 0, 0, 0] });
  const failure = await chooseBackend({ importModule: importFake }).catch((error: unknown) => error);
  expect(SdmError.is(failure, 'missing-dependency')).toBe(true);
  expect(String(failure)).toContain('cpu (it started and multiplied wrongly (0,0,0,0))');
});

test('a missing tfjs-core is a typed error', async () => {
  const failure = await chooseBackend({
    importModule: (name) => Promise.reject(new Error(`Cannot find package '${name}'`)),
  }).catch((error: unknown) => error);
  expect(SdmError.is(failure, 'missing-dependency')).toBe(true);
  expect(String(failure)).toContain('@tensorflow/tfjs-core is not installed');
});

test('a preferred device comes first and the rest stay open; a forced one stands alone', async () => {
  const importFake = fakeImporter([wasmPackage, cpuPackage], { starts: ['wasm', 'cpu'] });
  const preferred = await chooseBackend({ importModule: importFake, prefer: 'cpu' });
  expect([preferred.name, preferred.reasons]).toEqual(['cpu', {}]);
  const fallen = await chooseBackend({ importModule: importFake, prefer: 'tensorflow' });
  expect(fallen.name).toBe('wasm');
  await expect(chooseBackend({ importModule: importFake, force: 'tensorflow' })).rejects.toThrow(
    /no TensorFlow.js device/,
  );
});

test('SDMJS_BACKEND forces a device, and an unknown name is refused with the known ones', async () => {
  const importFake = fakeImporter([wasmPackage, cpuPackage], { starts: ['wasm', 'cpu'] });
  vi.stubEnv('SDMJS_BACKEND', 'cpu');
  expect((await chooseBackend({ importModule: importFake })).name).toBe('cpu');
  vi.stubEnv('SDMJS_BACKEND', 'cuda');
  await expect(chooseBackend({ importModule: importFake })).rejects.toThrow(
    /tensorflow-gpu, tensorflow, webgpu, wasm, cpu/,
  );
});

test.each([
  ['nvidia', undefined, 'webgpu'],
  ['google swiftshader', undefined, 'wasm'],
  ['google swiftshader', 'webgpu', 'webgpu'],
  [undefined, undefined, 'wasm'],
] as const)('WebGPU adapter %s, preferred %s: %s is chosen', async (vendor, prefer, expected: BackendName) => {
  const gpu = { requestAdapter: async () => (vendor === undefined ? null : { info: { vendor } }) };
  vi.stubGlobal('navigator', undefined);
  const importFake = fakeImporter(
    ['webgpu', '@tensorflow/tfjs-backend-webgpu', wasmPackage],
    { starts: ['webgpu', 'wasm'] },
    { webgpu: { create: () => gpu, globals: {} } },
  );
  expect((await chooseBackend({ importModule: importFake, prefer })).name).toBe(expected);
});

test('the real CPU backend starts, and differentiates', async () => {
  const { tf, name } = await chooseBackend({ force: 'cpu' });
  expect(name).toBe('cpu');
  expect(tf.square).toBe(tfCore.square);
  const slope = tf.tidy(() => tf.grad((x) => tf.square(x))(tf.scalar(3)));
  expect(await slope.data()).toEqual(Float32Array.of(6));
});

test('the real WASM backend starts, and differentiates a gather with the added kernels', async () => {
  const { tf, name } = await chooseBackend({ importModule, force: 'wasm' });
  expect([name, tf.getBackend()]).toEqual(['wasm', 'wasm']);
  const rows = tf.tidy(() =>
    tf.grad((table) => tf.sum(tf.gather(table, tf.tensor1d([1, 1], 'int32'))))(tf.ones([3, 2])),
  );
  expect(await rows.data()).toEqual(Float32Array.of(0, 0, 2, 2, 0, 0));
});
