import type { Kernels } from './kernels.js';
import { createPlainKernels } from './plain/plain-kernels.js';
import { compileKernels } from './simd/module.js';
import { createSimdKernels } from './simd/simd-kernels.js';

/** The fastest kernels that run here: SIMD where WebAssembly has it, else plain TypeScript with the same results. */
export async function loadKernels(options: LoadKernelsOptions = {}): Promise<Kernels> {
  const module = options.plain ? undefined : await compileKernels();
  return module ? createSimdKernels(module) : createPlainKernels();
}

export interface LoadKernelsOptions {
  /** Take the plain TypeScript kernels even where SIMD is there. @default false */
  readonly plain?: boolean | undefined;
}
