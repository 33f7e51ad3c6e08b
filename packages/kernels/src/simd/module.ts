import { kernelsWasm } from '../generated/kernels-wasm.js';

/** Addresses are bytes; see assembly/ for what each function reads and writes. */
export interface KernelExports extends WebAssembly.Exports {
  multiplyBatches(...addressesAndSizes: number[]): void;
  centreRows(rows: number, count: number, columns: number, origin: number): void;
  packSupport(rows: number, count: number, columns: number, panels: number, norms: number): void;
  packQueries(rows: number, count: number, columns: number, panels: number, norms: number): void;
  squaredDistances(...addressesAndSizes: number[]): number;
  matchRows(...addressesAndSizes: number[]): void;
  sumRows(x: number, rows: number, columns: number, divisor: number, out: number): void;
  sumColumns(...addressesAndSizes: number[]): void;
  gatherBlocks(...addressesAndSizes: number[]): number;
  swapBlocks(...addressesAndSizes: number[]): void;
  filterGradient(...addressesAndSizes: number[]): void;
}

/** Bytes of scratch that `multiplyBatches` wants. */
export const MULTIPLY_SCRATCH_BYTES = 656 * 1024;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled module, or undefined where WebAssembly or its SIMD instructions are missing. */
export async function compileKernels(): Promise<WebAssembly.Module | undefined> {
  if (typeof WebAssembly === 'undefined') return undefined;
  const bytes = Uint8Array.from(atob(kernelsWasm), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return undefined;
  compiled ??= WebAssembly.compile(bytes);
  return compiled;
}

/** Links the module to a memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as KernelExports;
}
