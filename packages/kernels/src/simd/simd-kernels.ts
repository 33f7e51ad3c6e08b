import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireInnerSizes } from '../checks.js';
import type { Kernels } from '../kernels.js';
import { createSharedRows } from '../threads/shared-rows.js';
import type { Team } from '../threads/team.js';
import { type Arena, createArena } from './arena.js';
import { type HeldFactor, copyFactor, product } from './product.js';
import { createSimdMatcher } from './simd-matcher.js';
import { createSimdThinAdam } from './simd-thin-adam.js';
import { createWorkplaces } from './workplaces.js';

interface SimdBuild {
  readonly shared: boolean;
  /** Which of the builds the module is. */
  readonly name: 'simd' | 'relaxed-simd';
}

/**
 * The kernels in WebAssembly SIMD, the same bits however many threads there are: equal to the plain ones bit for bit, but for products of a
 * relaxed module.
 */
export function createSimdKernels(module: WebAssembly.Module, team: Team, { shared, name }: SimdBuild): Kernels {
  let scratch: Arena | undefined;
  const held = new Map<Float32Array, HeldFactor>();
  const workplaces = createWorkplaces(team, () => createArena(module, { shared }));

  /** The right factor where it is held, or copied behind nothing else. */
  function place(b: Matrix): HeldFactor {
    const known = held.get(b.data);
    if (known) return known;
    scratch ??= createArena(module, { shared });
    scratch.release(0);
    return copyFactor(scratch, b);
  }

  return {
    name,
    threads: team.size,
    multiplyTransposed(a, b, into) {
      requireInnerSizes(a.columns, b.columns, 'multiplyTransposed');
      const target = createMatrix(a.rows, b.rows, into?.data);
      return product(team, { a, right: place(b), target, depthStep: 4, columnStep: 4 * b.columns });
    },
    multiply(a, b) {
      requireInnerSizes(a.columns, b.rows, 'multiply');
      const target = createMatrix(a.rows, b.columns);
      return product(team, { a, right: place(b), target, depthStep: 4 * b.columns, columnStep: 4 });
    },
    hold(factor) {
      const arena = createArena(module, { shared });
      const own = copyFactor(arena, factor);
      held.set(factor.data, own);
      return () => {
        if (held.get(factor.data) === own) held.delete(factor.data);
        team.forget(arena);
      };
    },
    createRows: (rows, columns) => (shared ? createSharedRows(rows, columns) : createMatrix(rows, columns)),
    createMatcher: (support) => createSimdMatcher(support, workplaces.open(support.vectors)),
    createThinAdam: (initial, moments) =>
      createSimdThinAdam(initial, { arena: createArena(module, { shared }), team, moments }),
    dispose() {
      scratch = undefined;
      workplaces.forget();
      held.clear();
      team.dispose();
    },
  };
}
