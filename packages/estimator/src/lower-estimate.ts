import { sdm } from '@sdmjs/activation';
import { admits, dkwBand, dkwErrors, type HighReliabilityRegion, rescaledSimilarity } from '@sdmjs/calibration';
import { createMatrix } from '@sdmjs/core';
import type { DistanceBand, LowerEstimate } from './estimate.js';

/** One scored row, as the band needs it. */
export interface BandRow {
  /** `[C]` */
  readonly logits: Float32Array;
  readonly prediction: number;
  readonly similarity: number;
  readonly distanceQuantile: number;
  /** `[C]` */
  readonly effectiveSampleSizes: Int32Array;
}

export interface BandRules {
  readonly regions: readonly HighReliabilityRegion[];
  readonly similarityOffset: number;
  readonly outOfDistributionLimit: number;
}

/**
 * The first region, from the strictest down, that admits the row at the lower end of the band of that region's own target accuracy
 * (reexpress-sdm 0.4.8); placeholders of full uncertainty when none does.
 */
export function lowerEstimate(row: BandRow, rules: BandRules): LowerEstimate {
  const { similarity, prediction } = row;
  const effectiveSampleSizes = Array.from(row.effectiveSampleSizes);
  for (const region of rules.regions) {
    // q' never exceeds q, so most rows are refused before any exponential.
    if (similarity < region.minRescaledSimilarity) continue;
    const errors = dkwErrors(row.effectiveSampleSizes, region.targetAccuracy);
    const band = dkwBand(row.distanceQuantile, Math.max(...errors));
    const probabilities = probabilitiesAt(row, band.lower, rules);
    const rescaled = rescaledSimilarity(similarity, probabilities[prediction]!, rules);
    if (!admits(region, { probabilities, prediction, rescaledSimilarity: rescaled }, rules)) continue;
    return {
      regionAlpha: region.targetAccuracy,
      effectiveSampleSizes,
      errors: Array.from(errors),
      distanceLower: band.lower,
      distanceUpper: band.upper,
      probabilitiesLower: Array.from(probabilities),
      probabilitiesUpper: Array.from(probabilitiesAt(row, band.upper, rules)),
      rescaledSimilarityLower: rescaled,
    };
  }
  return { regionAlpha: 0, effectiveSampleSizes, ...fullUncertainty(row, rules) };
}

/** The band around d at one target accuracy, whether or not a region admits the row. */
export function distanceBandAt(row: BandRow, targetAccuracy: number): DistanceBand {
  const error = Math.max(...dkwErrors(row.effectiveSampleSizes, targetAccuracy));
  return { error, ...dkwBand(row.distanceQuantile, error) };
}

function fullUncertainty(row: BandRow, rules: BandRules) {
  const uniform = Math.fround(1 / row.logits.length);
  return {
    errors: Array.from(row.logits, () => 1),
    distanceLower: 0,
    distanceUpper: 1,
    probabilitiesLower: Array.from(row.logits, () => uniform),
    probabilitiesUpper: Array.from(probabilitiesAt(row, 1, rules)),
    rescaledSimilarityLower: rescaledSimilarity(row.similarity, uniform, rules),
  };
}

function probabilitiesAt(row: BandRow, distanceQuantile: number, rules: BandRules): Float32Array {
  const signals = { similarities: [row.similarity], distanceQuantiles: [distanceQuantile] };
  return sdm(createMatrix(1, row.logits.length, row.logits), signals, rules).data;
}
