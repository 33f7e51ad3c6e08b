import type { Matrix } from '@sdmjs/core';
import { roundUp } from '../compared-numbers.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { MULTIPLY_SCRATCH_BYTES } from './module.js';

/** A basis Q `[M, D]` of nearly orthonormal columns, in an arena; `stride` and `depth` are M and D, padded to multiples of 8. */
export interface Basis {
  readonly depth: number;
  /** Panels of 8 columns of Q, each `[stride, 8]`, and of 8 rows of it, each `[depth, 8]`. */
  readonly columns: number;
  readonly rows: number;
  /** Frobenius norm of Q, and the most by which it stretches or shortens a vector, relative. */
  readonly norm: number;
  readonly stretch: number;
}

/** Vectors that are multiplied with all others in a chunk. */
const CHUNK_VECTORS = 8;
/** A basis that stretches more bounds distances worse than no basis. */
const MOST_STRETCH = 1e-4;

/**
 * Makes the columns of a span orthonormal: Q = W·L⁻ᵀ with L·Lᵀ = WᵀW, taken in double; how orthonormal Q is in float32 is then measured. Returns
 * undefined where the columns depend on each other, or nearly so; the arena is then as before.
 */
export function createBasis(
  span: Matrix,
  { arena, team, stride }: { arena: Arena; team: Team; stride: number },
): Basis | undefined {
  const count = span.columns;
  if (count === 0 || count >= span.rows) return undefined;
  const depth = roundUp(count);
  const room = (bytes: number) => arena.allocate(bytes, `a basis of ${count} vectors of ${span.rows} numbers`);
  const start = arena.mark();
  const [columns, rows] = [room(4 * depth * stride), room(4 * depth * stride)];
  const end = arena.mark();
  const vectors = room(4 * depth * stride);
  const turned = room(4 * depth * stride);
  const gram = room(8 * count * count);
  const scratch = room(MULTIPLY_SCRATCH_BYTES * team.size);
  writeColumns(span, arena.floats(vectors, depth * stride), stride);
  const productsOf = (address: number) => {
    const [name, chunks] = ['gramChunk', Math.ceil(count / CHUNK_VECTORS)] as const;
    team.run(arena, {
      name,
      parameters: [address, stride, count, gram, CHUNK_VECTORS],
      chunks,
      work: count ** 2 * stride,
    });
    return arena.doubles(gram, count * count);
  };
  const inverse = invertLower(choleskyOf(productsOf(vectors).slice(), count), count);
  arena.floats(gram, count * count).set(inverse); // in float32, where the products were
  arena.floats(turned, depth * stride).fill(0);
  const perChunk = Math.ceil(stride / (2 * team.size) / 8) * 8;
  const sizes = [count, stride, count, perChunk, scratch, MULTIPLY_SCRATCH_BYTES];
  team.run(arena, {
    name: 'multiplyChunk',
    parameters: [gram, 4 * count, vectors, 4 * stride, 4, turned, ...sizes],
    chunks: Math.ceil(stride / perChunk),
    work: count ** 2 * stride,
  });
  const { norm, stretch } = measure(productsOf(turned), count, stride);
  const isGood = stretch <= MOST_STRETCH;
  if (isGood) {
    arena.kernels.packColumns(turned, 4, 4 * stride, depth, stride, columns);
    arena.kernels.packColumns(turned, 4 * stride, 4, stride, depth, rows);
  }
  arena.release(isGood ? end : start);
  return isGood ? { depth, columns, rows, norm, stretch } : undefined;
}

/** Columns of a matrix, one after another, padded with zeros to `stride` numbers. */
function writeColumns({ data, rows, columns }: Matrix, target: Float32Array, stride: number): void {
  target.fill(0);
  for (let m = 0; m < rows; m++) {
    for (let d = 0; d < columns; d++) target[d * stride + m] = data[m * columns + d]!;
  }
}

/** L with L·Lᵀ = the matrix, of which the lower half is read, in its place; NaN where it is not positive definite. */
function choleskyOf(matrix: Float64Array, count: number): Float64Array {
  for (let i = 0; i < count; i++) {
    const row = matrix.subarray(i * count, i * count + i + 1);
    for (let j = 0; j <= i; j++) {
      const other = matrix.subarray(j * count, j * count + j + 1);
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      row[j] = i === j ? Math.sqrt(rest) : rest / other[j]!;
    }
  }
  return matrix;
}

/** The inverse of a lower triangular matrix, with zeros above. */
function invertLower(lower: Float64Array, count: number): Float64Array {
  const inverse = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const row = inverse.subarray(i * count, i * count + i + 1);
    row[i] = 1;
    for (let j = 0; j < i; j++) {
      const factor = lower[i * count + j]!;
      for (let k = 0; k <= j; k++) row[k]! -= factor * inverse[j * count + k]!;
    }
    const pivot = lower[i * count + i]!;
    for (let k = 0; k <= i; k++) row[k]! /= pivot;
  }
  return inverse;
}

/** ‖Q‖ and a bound for ‖QᵀQ − 1‖ from products QᵀQ (lower half) summed in double over `stride` numbers. */
function measure(products: Float64Array, count: number, stride: number): { norm: number; stretch: number } {
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    trace += products[i * count + i]!;
    squares += (products[i * count + i]! - 1) ** 2;
    for (let j = 0; j < i; j++) squares += 2 * products[i * count + j]! ** 2;
  }
  // The products themselves are rounded; the norm of what they are off by is at most stride · 2⁻⁵³ · trace.
  return { norm: Math.sqrt(trace) * 1.0001, stretch: Math.sqrt(squares) * 1.0001 + stride * 2 ** -52 * trace };
}
