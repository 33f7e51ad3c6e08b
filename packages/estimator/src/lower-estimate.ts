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
  readonly effectiveSampleSizes: readonly number[];
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
  const { similarity, prediction, effectiveSampleSizes } = row;
  for (const region of rules.regions) {
    // q' never exceeds q, so most rows are refused before any exponential.
    if (similarity < region.minRescaledSimilarity) continue;
    const errors = dkwErrors(effectiveSampleSizes, region.targetAccuracy);
    const band = dkwBand(row.distanceQuantile, largestOf(errors));
    const probabilities = probabilitiesAt(row, band.lower, rules);
    const rescaled = rescaledSimilarity(similarity, probabilities[prediction]!, rules);
    if (!admits(region, { probabilities, prediction, rescaledSimilarity: rescaled }, rules)) continue;
    return {
      regionAlpha: region.targetAccuracy,
      effectiveSampleSizes,
      errors: numbersOf(errors),
      distanceLower: band.lower,
      distanceUpper: band.upper,
      probabilitiesLower: numbersOf(probabilities),
      probabilitiesUpper: numbersOf(probabilitiesAt(row, band.upper, rules)),
      rescaledSimilarityLower: rescaled,
    };
  }
  return { regionAlpha: 0, effectiveSampleSizes, ...fullUncertainty(row, rules) };
}

/** The band around d at one target accuracy, whether or not a region admits the row. */
export function distanceBandAt(row: BandRow, targetAccuracy: number): DistanceBand {
  const error = largestOf(dkwErrors(row.effectiveSampleSizes, targetAccuracy));
  return { error, ...dkwBand(row.distanceQuantile, error) };
}

function fullUncertainty(row: BandRow, rules: BandRules) {
  const classCount = row.logits.length;
  const uniform = Math.fround(1 / classCount);
  return {
    errors: new Array<number>(classCount).fill(1),
    distanceLower: 0,
    distanceUpper: 1,
    probabilitiesLower: new Array<number>(classCount).fill(uniform),
    probabilitiesUpper: numbersOf(probabilitiesAt(row, 1, rules)),
    rescaledSimilarityLower: rescaledSimilarity(row.similarity, uniform, rules),
  };
}

function probabilitiesAt(row: BandRow, distanceQuantile: number, rules: BandRules): Float32Array {
  const signals = { similarities: [row.similarity], distanceQuantiles: [distanceQuantile] };
  return sdm(createMatrix(1, row.logits.length, row.logits), signals, rules).data;
}

/** A copy; `Array.from` of a typed array takes ten times as long, and every row has several. */
export function numbersOf(values: Float32Array | Int32Array): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < values.length; i++) numbers.push(values[i]!);
  return numbers;
}

function largestOf(values: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  return largest;
}
