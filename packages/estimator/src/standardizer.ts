import {
  createMatrix,
  type Matrix,
  meanFloat32,
  type NumberSource,
  requireFinite,
  type RowSource,
  SdmError,
  standardDeviationFloat32,
} from '@sdmjs/core';

/** One pair of float32 scalars for all features of all rows. */
export interface Normalization {
  readonly mean: number;
  /** > 0 */
  readonly standardDeviation: number;
}

/**
 * Mean and sample deviation over all entries of the training features `[examples, D]`, in float32 with NumPy's pairwise sums.
 * Throws `out-of-range` when all entries are equal and `not-finite` when they overflow.
 */
export function fitNormalization(features: Matrix | RowSource): Normalization {
  const values = 'data' in features ? features.data : numbersOf(features);
  const mean = meanFloat32(values);
  const standardDeviation = standardDeviationFloat32(values);
  if (!Number.isFinite(mean) || !Number.isFinite(standardDeviation)) {
    throw new SdmError(
      'not-finite',
      `fitNormalization: mean ${mean}, standard deviation ${standardDeviation}; wanted at least two finite numbers whose squares fit float32`,
    );
  }
  if (standardDeviation <= 0) {
    throw new SdmError('out-of-range', 'fitNormalization: all features are equal; give features that differ');
  }
  return { mean, standardDeviation };
}

/** `(x − mean) / standardDeviation`, each step rounded to float32, written to `into` where it is given. Throws `not-finite` when the result is not. */
export function normalize(features: Matrix, normalization: Normalization, into?: Matrix): Matrix {
  const normalized = createMatrix(features.rows, features.columns, into?.data);
  normalizeInto(normalized.data, features.data, normalization);
  requireFinite(normalized, 'normalize');
  return normalized;
}

/** The same of some numbers, written to `target` from its start on and not checked. */
export function normalizeInto(target: Float32Array, values: Float32Array, normalization: Normalization): void {
  const center = Math.fround(normalization.mean);
  const scale = Math.fround(normalization.standardDeviation);
  for (let i = 0; i < values.length; i++) target[i] = Math.fround(values[i]! - center) / scale;
}

/** The numbers of all rows, one row after another. */
function numbersOf({ rows, columns, row }: RowSource): NumberSource {
  return {
    length: rows * columns,
    read(start, target) {
      let index = Math.floor(start / columns);
      let from = start - index * columns;
      for (let at = 0; at < target.length; index++, from = 0) {
        const count = Math.min(columns - from, target.length - at);
        target.set(row(index).subarray(from, from + count), at);
        at += count;
      }
    },
  };
}
