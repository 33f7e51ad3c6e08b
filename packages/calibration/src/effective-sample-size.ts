import { countAtMost, createEmpiricalCdf, type EmpiricalCdf, SdmError } from '@sdmjs/core';
import { requireClasses } from './calibration-scores.js';

/**
 * The distribution of q' in each true class, over all calibration rows (q' = 0 too). `[classes]`
 * @param rescaledSimilarities `[rows]` @param labels `[rows]` Throws `shape-mismatch`, `label-out-of-range` or `not-finite`.
 */
export function fitEffectiveSampleSizes(
  rescaledSimilarities: Float32Array,
  labels: Int32Array,
  classCount: number,
): EmpiricalCdf[] {
  if (labels.length !== rescaledSimilarities.length) {
    throw new SdmError(
      'shape-mismatch',
      `fitEffectiveSampleSizes: wanted ${rescaledSimilarities.length} labels, got ${labels.length}`,
    );
  }
  requireClasses(labels, classCount, 'fitEffectiveSampleSizes: label');
  return Array.from({ length: classCount }, (_, c) =>
    createEmpiricalCdf(rescaledSimilarities.filter((_, i) => labels[i] === c)),
  );
}

/** How many calibration rows of each class have a q' at most this one: the more, the better is a row like this known. `[classes]` */
export function effectiveSampleSize(distributions: readonly EmpiricalCdf[], rescaledSimilarity: number): Int32Array {
  const sizes = new Int32Array(distributions.length);
  for (let c = 0; c < sizes.length; c++) sizes[c] = countAtMost(distributions[c]!, rescaledSimilarity);
  return sizes;
}
