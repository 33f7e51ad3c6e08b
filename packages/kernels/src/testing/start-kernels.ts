import type { Kernels } from '../kernels.js';
import { compileKernels } from '../simd/module.js';
import { createSimdKernels } from '../simd/simd-kernels.js';
import { createTeam } from '../threads/team.js';

/** SIMD kernels that share even the smallest task between `threads` threads. */
export async function startKernels(threads: number): Promise<Kernels> {
  const shared = threads > 1;
  const module = await compileKernels({ shared });
  if (!module) throw new Error('these tests want WebAssembly SIMD');
  return createSimdKernels(module, createTeam(module, threads, { shared: 0, starting: -1 }), { shared });
}
