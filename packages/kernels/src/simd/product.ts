import type { Matrix } from '@sdmjs/core';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { MULTIPLY_SCRATCH_BYTES } from './module.js';

/** A right factor that lies in an arena. */
export interface HeldFactor {
  readonly arena: Arena;
  readonly address: number;
}

interface Factors {
  readonly a: Matrix;
  readonly right: HeldFactor;
  /** `[a.rows, columns of B]` */
  readonly target: Matrix;
  /** Bytes from one inner index of B to the next, and from one column of the product to the next. */
  readonly depthStep: number;
  readonly columnStep: number;
}

/** Columns of a chunk at most: a block of B stays close to the second cache. */
const CHUNK_COLUMNS = 512;

export function copyFactor(arena: Arena, { data }: Matrix): HeldFactor {
  const address = arena.allocate(4 * data.length, 'a factor');
  arena.floats(address, data.length).set(data);
  return { arena, address };
}

/** Left factor times the held one, written to `target`; columns are shared between threads. The arena is as it was afterwards. */
export function product(team: Team, { a, right, target, depthStep, columnStep }: Factors): Matrix {
  const { arena, address } = right;
  const { columns } = target;
  if (a.columns === 0) {
    target.data.fill(0);
    return target;
  }
  const mark = arena.mark();
  const left = arena.allocate(4 * a.data.length, 'a factor');
  const result = arena.allocate(4 * a.rows * columns, 'a product');
  const scratch = arena.allocate(MULTIPLY_SCRATCH_BYTES * team.size, 'packing');
  arena.floats(left, a.data.length).set(a.data);
  const perChunk = Math.max(32, Math.min(CHUNK_COLUMNS, Math.ceil(columns / (2 * team.size) / 8) * 8));
  const sizes = [a.rows, columns, a.columns, perChunk, scratch, MULTIPLY_SCRATCH_BYTES];
  team.run(arena, {
    name: 'multiplyChunk',
    parameters: [left, 4 * a.columns, address, depthStep, columnStep, result, ...sizes],
    chunks: Math.ceil(columns / perChunk),
    work: a.rows * columns * a.columns,
  });
  target.data.set(arena.floats(result, a.rows * columns));
  arena.release(mark);
  return target;
}
