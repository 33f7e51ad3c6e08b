import type { ImportModule } from './import-module.js';

interface GpuAdapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
  readonly isFallbackAdapter?: boolean;
}
interface Gpu {
  requestAdapter(): Promise<GpuAdapter | null>;
}
/** The `webgpu` package (Dawn). */
interface NodeWebGpu {
  create(flags: string[]): Gpu;
  readonly globals: Record<string, unknown>;
}

/** Gives Node the `navigator.gpu` that tfjs looks for, from the optional `webgpu` package. */
export async function startNodeWebGpu(importModule: ImportModule): Promise<void> {
  if (currentGpu() !== undefined) return;
  const { create, globals } = (await importModule('webgpu')) as NodeWebGpu;
  Object.assign(globalThis, globals);
  const navigator = {
    gpu: create([]),
    userAgent: 'node',
    hardwareConcurrency: globalThis.navigator?.hardwareConcurrency,
  };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
}

/**
 * Name of the WebGPU adapter. A software adapter (SwiftShader, llvmpipe) computes right and is many times slower than WebAssembly, so it
 * counts as absent unless it was asked for by name.
 */
export async function requireHardwareAdapter(allowSoftware: boolean): Promise<string> {
  const adapter = await currentGpu()?.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter here');
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const name = [vendor, architecture, description].filter(Boolean).join(' ') || 'an unnamed adapter';
  const isSoftware = adapter.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software/i.test(name);
  if (isSoftware && !allowSoftware) throw new Error(`the only WebGPU adapter is a software one (${name})`);
  return name;
}

function currentGpu(): Gpu | undefined {
  const navigator: object = globalThis.navigator ?? {};
  return 'gpu' in navigator ? (navigator.gpu as Gpu | undefined) : undefined;
}
