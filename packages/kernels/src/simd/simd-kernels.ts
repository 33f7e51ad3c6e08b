import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireInnerSizes } from '../checks.js';
import type { Kernels } from '../kernels.js';
import type { Team } from '../threads/team.js';
import { type Arena, createArena } from './arena.js';
import { MULTIPLY_SCRATCH_BYTES } from './module.js';
import { createSimdMatcher } from './simd-matcher.js';

/** The kernels in WebAssembly SIMD, equal to the plain ones bit for bit however many threads there are. */
export function createSimdKernels(module: WebAssembly.Module, team: Team, { shared }: { shared: boolean }): Kernels {
  let scratch: Arena | undefined;
  const held = new Map<Float32Array, HeldFactor>();

  /** The right factor where it is held, or copied behind nothing else. */
  function place(b: Matrix): HeldFactor {
    const known = held.get(b.data);
    if (known) return known;
    scratch ??= createArena(module, { shared });
    scratch.release(0);
    return copyFactor(scratch, b);
  }

  return {
    name: 'simd',
    threads: team.size,
    multiplyTransposed(a, b) {
      requireInnerSizes(a.columns, b.columns, 'multiplyTransposed');
      return product(team, { a, right: place(b), columns: b.rows, depthStep: 4, columnStep: 4 * b.columns });
    },
    multiply(a, b) {
      requireInnerSizes(a.columns, b.rows, 'multiply');
      return product(team, { a, right: place(b), columns: b.columns, depthStep: 4 * b.columns, columnStep: 4 });
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
    createMatcher: (support) => createSimdMatcher(support, createArena(module, { shared }), team),
    dispose() {
      scratch = undefined;
      held.clear();
      team.dispose();
    },
  };
}

interface HeldFactor {
  readonly arena: Arena;
  readonly address: number;
}

interface Factors {
  readonly a: Matrix;
  readonly right: HeldFactor;
  readonly columns: number;
  /** Bytes from one inner index of B to the next, and from one column of the product to the next. */
  readonly depthStep: number;
  readonly columnStep: number;
}

/** Columns of a chunk at most: a block of B stays close to the second cache. */
const CHUNK_COLUMNS = 256;

function copyFactor(arena: Arena, { data }: Matrix): HeldFactor {
  const address = arena.allocate(4 * data.length, 'a factor');
  arena.floats(address, data.length).set(data);
  return { arena, address };
}

function product(team: Team, { a, right, columns, depthStep, columnStep }: Factors): Matrix {
  const { arena, address } = right;
  if (a.columns === 0) return createMatrix(a.rows, columns);
  const mark = arena.mark();
  const left = arena.allocate(4 * a.data.length, 'a factor');
  const target = arena.allocate(4 * a.rows * columns, 'a product');
  const scratch = arena.allocate(MULTIPLY_SCRATCH_BYTES * team.size, 'packing');
  arena.floats(left, a.data.length).set(a.data);
  const perChunk = Math.max(32, Math.min(CHUNK_COLUMNS, Math.ceil(columns / (2 * team.size) / 8) * 8));
  const sizes = [a.rows, columns, a.columns, perChunk, scratch, MULTIPLY_SCRATCH_BYTES];
  team.run(arena, {
    name: 'multiplyChunk',
    parameters: [left, 4 * a.columns, address, depthStep, columnStep, target, ...sizes],
    chunks: Math.ceil(columns / perChunk),
    work: a.rows * columns * a.columns,
  });
  const result = arena.floats(target, a.rows * columns).slice();
  arena.release(mark);
  return createMatrix(a.rows, columns, result);
}
