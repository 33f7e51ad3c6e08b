import { type OutOfDistributionOptions, requireLimit } from './calibration-scores.js';
import type { HighReliabilityRegion } from './high-reliability-region.js';

/** One scored row. */
export interface ScoredRow {
  /** `[classes]` activation values. */
  readonly probabilities: ArrayLike<number>;
  /** The arg max of the logits. */
  readonly prediction: number;
  /** q' */
  readonly rescaledSimilarity: number;
}

/**
 * Whether the region admits the row: floor(q') above the out-of-distribution limit, q' at least the region's, and exactly one class
 * at or over its threshold, which is the prediction. All comparisons in float32.
 */
export function admits(region: HighReliabilityRegion, row: ScoredRow, options: OutOfDistributionOptions = {}): boolean {
  const { classThresholds, minRescaledSimilarity } = region;
  const rescaled = Math.fround(row.rescaledSimilarity);
  if (!(Math.floor(rescaled) > requireLimit(options, 'admits'))) return false;
  if (!(rescaled >= Math.fround(minRescaledSimilarity))) return false;
  return isPredictionAlone(classThresholds, row.probabilities, { offset: 0, prediction: row.prediction });
}

/** Whether exactly one class is at or over its threshold among the probabilities from `offset` on, and it is the prediction. */
export function isPredictionAlone(
  classThresholds: readonly number[],
  probabilities: ArrayLike<number>,
  { offset, prediction }: { readonly offset: number; readonly prediction: number },
): boolean {
  let reached = -1;
  for (let c = 0; c < classThresholds.length; c++) {
    if (Math.fround(probabilities[offset + c]!) < Math.fround(classThresholds[c]!)) continue;
    if (reached >= 0) return false;
    reached = c;
  }
  return reached >= 0 && reached === prediction;
}

/** Target accuracy of the first region that admits the row, 0 when none does. `regions` come in descending order, as `findNestedRegions` gives them. */
export function assignedAlpha(
  regions: readonly HighReliabilityRegion[],
  row: ScoredRow,
  options: OutOfDistributionOptions = {},
): number {
  return regions.find((region) => admits(region, row, options))?.targetAccuracy ?? 0;
}
