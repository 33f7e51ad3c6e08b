import type { Kernels } from '../kernels.js';
import { compileKernels } from '../simd/module.js';
import { createSimdKernels } from '../simd/simd-kernels.js';
import { createTeam } from '../threads/team.js';

/** SIMD kernels that share even the smallest task between `threads` threads. */
export async function startKernels(threads: number, { relaxed = false } = {}): Promise<Kernels> {
  const shared = threads > 1;
  const module = await compileKernels({ shared, relaxed });
  if (!module) throw new Error(`these tests want WebAssembly ${relaxed ? 'relaxed ' : ''}SIMD`);
  const team = createTeam(module, threads, { shared: 0, starting: -1 });
  return createSimdKernels(module, team, { shared, name: relaxed ? 'relaxed-simd' : 'simd' });
}
