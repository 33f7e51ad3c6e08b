import { createMatrix, type Matrix, rowOf, SdmError } from '@sdmjs/core';

/** Rows minus one origin, with their squared norms, in float32. */
export interface CentredRows {
  readonly matrix: Matrix;
  /** `[rows]` */
  readonly norms: Float32Array;
}

/** Subtracts `origin` from every row. Norms are summed over columns from the first on, as the CPU kernels do. */
export function centreRows(matrix: Matrix, origin: Float32Array): CentredRows {
  const { rows, columns } = matrix;
  const centred = createMatrix(rows, columns);
  const norms = new Float32Array(rows);
  for (let i = 0, place = 0; i < rows; i++) {
    let norm = 0;
    for (let k = 0; k < columns; k++, place++) {
      const value = Math.fround(matrix.data[place]! - origin[k]!);
      centred.data[place] = value;
      norm = Math.fround(norm + Math.fround(value * value));
    }
    norms[i] = norm;
  }
  return { matrix: centred, norms };
}

/** The squared distance of row `i` of `a` to row `j` of `b` as the CPU kernels define it, float32 step by step. */
export function squaredDistance(a: CentredRows, i: number, at: { readonly rows: CentredRows; readonly index: number }) {
  const { rows: b, index: j } = at;
  const product = dot(rowOf(a.matrix, i), rowOf(b.matrix, j));
  return Math.max(0, Math.fround(Math.fround(a.norms[i]! + b.norms[j]!) - Math.fround(2 * product)));
}

/** Throws `not-finite` unless every distance between `a` and `b` must be finite in float32: |a·b| is at most half of |a|² + |b|². */
export function requireFiniteDistances(a: CentredRows, b: CentredRows): void {
  const largest = (rows: CentredRows) => rows.norms.reduce((most, norm) => Math.max(most, norm), 0);
  const bound = 2 * (largest(a) + largest(b));
  if (Number.isFinite(Math.fround(bound))) return;
  throw new SdmError('not-finite', 'match: squared distances overflow float32; scale the representations down');
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum = Math.fround(sum + Math.fround(a[k]! * b[k]!));
  return sum;
}
