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
  return classAlone(classThresholds, row.probabilities, 0) === row.prediction;
}

/** The only class at or over its threshold among the probabilities from `offset` on; NaN, which no prediction equals, when there are none or several. */
export function classAlone(
  classThresholds: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  offset: number,
): number {
  let alone = Number.NaN;
  for (let c = 0; c < classThresholds.length; c++) {
    if (Math.fround(probabilities[offset + c]!) < Math.fround(classThresholds[c]!)) continue;
    if (alone >= 0) return Number.NaN;
    alone = c;
  }
  return alone;
}

/** Target accuracy of the first region that admits the row, 0 when none does. `regions` come in descending order, as `findNestedRegions` gives them. */
export function assignedAlpha(
  regions: readonly HighReliabilityRegion[],
  row: ScoredRow,
  options: OutOfDistributionOptions = {},
): number {
  return regions.find((region) => admits(region, row, options))?.targetAccuracy ?? 0;
}
