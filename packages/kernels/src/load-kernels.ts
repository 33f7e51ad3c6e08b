import { SdmError } from '@sdmjs/core';
import type { Kernels } from './kernels.js';
import { createPlainKernels } from './plain/plain-kernels.js';
import { compileKernels } from './simd/module.js';
import { createSimdKernels } from './simd/simd-kernels.js';
import { availableThreads, canShareMemory } from './threads/spawn.js';
import { createTeam } from './threads/team.js';

/** Threads that are used unless a caller wants more: each holds scratch memory, and matching is bound by memory before long. */
const MOST_THREADS = 8;

/**
 * The fastest kernels that run here: SIMD where WebAssembly has it, with threads where memory can be shared, else plain TypeScript; the
 * results are the same unless `deterministic` is false. Threads are started when there is much to do, and end with `dispose`. Throws
 * `out-of-range`.
 */
export async function loadKernels(options: LoadKernelsOptions = {}): Promise<Kernels> {
  const { threads = Math.min(MOST_THREADS, availableThreads()), deterministic = true } = options;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new SdmError('out-of-range', `loadKernels: wanted an integer threads >= 1, got ${threads}`);
  }
  if (options.plain) return createPlainKernels();
  const shared = threads > 1 && canShareMemory();
  const relaxed = deterministic ? undefined : await compileKernels({ shared, relaxed: true });
  const module = relaxed ?? (await compileKernels({ shared }));
  if (!module) return createPlainKernels();
  const team = createTeam(module, shared ? threads : 1);
  return createSimdKernels(module, team, { shared, name: relaxed ? 'relaxed-simd' : 'simd' });
}

export interface LoadKernelsOptions {
  /** Take the plain TypeScript kernels even where SIMD is there. @default false */
  readonly plain?: boolean | undefined;
  /** Threads at most, the caller's among them; 1 starts none. @default as many as run at once here, at most 8 */
  readonly threads?: number | undefined;
  /**
   * The same bits on every machine. With `false` products come from the relaxed SIMD build where the engine has it, which `Kernels.name` tells:
   * faster, and rounded as the processor does. @default true
   */
  readonly deterministic?: boolean | undefined;
}
