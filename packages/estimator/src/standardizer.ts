import { createMatrix, type Matrix, meanFloat32, requireFinite, SdmError, standardDeviationFloat32 } from '@sdmjs/core';

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
export function fitNormalization(features: Matrix): Normalization {
  const mean = meanFloat32(features.data);
  const standardDeviation = standardDeviationFloat32(features.data);
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

/** `(x − mean) / standardDeviation`, each step rounded to float32. Throws `not-finite` when the result is not. */
export function normalize(features: Matrix, { mean, standardDeviation }: Normalization): Matrix {
  const normalized = createMatrix(features.rows, features.columns);
  const { data } = features;
  const center = Math.fround(mean);
  const scale = Math.fround(standardDeviation);
  for (let i = 0; i < data.length; i++) normalized.data[i] = Math.fround(data[i]! - center) / scale;
  requireFinite(normalized, 'normalize');
  return normalized;
}
