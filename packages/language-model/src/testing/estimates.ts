import type { Estimate } from '@sdmjs/estimator';

const EVIDENCE = {
  prediction: 1,
  probability: 0.9,
  probabilities: [0.1, 0.9],
  logits: [-1, 1],
  magnitude: 1,
  similarity: 4,
  nearestDistance: 0.5,
  nearestIndex: 0,
  distanceQuantile: 0.8,
  rescaledSimilarity: 4,
  regionAlpha: 0,
  lower: {
    regionAlpha: 0,
    effectiveSampleSizes: [1, 1],
    errors: [1, 1],
    distanceLower: 0,
    distanceUpper: 1,
    probabilitiesLower: [0.5, 0.5],
    probabilitiesUpper: [0.5, 0.5],
    rescaledSimilarityLower: 0,
  },
  distanceBand: { error: 1, lower: 0, upper: 1 },
  nearestExemplars: [],
};

export const admitted = (decision: number): Estimate => ({ ...EVIDENCE, admitted: true, decision });
export const rejected: Estimate = { ...EVIDENCE, admitted: false, reason: 'no-region' };
