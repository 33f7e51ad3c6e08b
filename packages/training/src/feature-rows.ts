import { type Matrix, requireFinite, rowOf, type RowSource } from '@sdmjs/core';
import { type Normalization, normalizeInto } from '@sdmjs/estimator';

/** Standardised features of a split, `[rows, columns]`. They are made each time they are read, so that no second copy of them is kept. */
export interface FeatureRows {
  readonly rows: number;
  readonly columns: number;
  /** Writes the rows of these numbers to `target`, one after another. */
  read(rows: Int32Array, target: Float32Array): void;
}

/** Raw rows, standardised as they are read. */
export function standardizedRows(source: RowSource, normalization: Normalization): FeatureRows {
  const { columns } = source;
  return {
    rows: source.rows,
    columns,
    read(rows, target) {
      for (let i = 0; i < rows.length; i++) {
        normalizeInto(target.subarray(i * columns, (i + 1) * columns), source.row(rows[i]!), normalization);
      }
    },
  };
}

/** Rows as they stand in a matrix, for an engine used by itself. */
export function plainRows(matrix: Matrix): FeatureRows {
  const { rows, columns } = matrix;
  return {
    rows,
    columns,
    read(indices, target) {
      for (let i = 0; i < indices.length; i++) target.set(rowOf(matrix, indices[i]!), i * columns);
    },
  };
}

/** Throws `not-finite` at the first number that standardising takes out of float32. */
export function requireStandardizable(source: RowSource, normalization: Normalization): void {
  const standardized = new Float32Array(source.columns);
  const row = (index: number) => {
    normalizeInto(standardized, source.row(index), normalization);
    return standardized;
  };
  requireFinite({ ...source, row }, 'normalize');
}

/** The numbers of the rows from `start` to before `end`. */
export function rowRange(start: number, end: number): Int32Array {
  const range = new Int32Array(end - start);
  for (let i = 0; i < range.length; i++) range[i] = start + i;
  return range;
}
