import { createEmpiricalCdf, matrixFromRows } from '@sdmjs/core';
import type { EstimatorParts } from '../sdm-estimator.js';
import { DEFAULT_REPRESENTATION } from '../sdm-model.js';

const identity = matrixFromRows([
  [1, 0],
  [0, 1],
]);

/** A small model that reexpress-sdm 0.4.8 uses to pin scored rows: the adaptor is the identity, so features are representations. */
export const interchange: EstimatorParts = {
  model: {
    adaptor: {
      projectionWeight: identity,
      projectionBias: new Float32Array(2),
      classifierWeight: identity,
      classifierBias: new Float32Array(2),
    },
    normalization: { mean: 0, standardDeviation: 1 },
    support: {
      representations: matrixFromRows([
        [1, 0],
        [2, 0],
        [0, 1],
        [0, 2],
        [4, 4],
      ]),
      labels: Int32Array.of(0, 0, 1, 1, 1),
      predictions: Int32Array.of(0, 0, 1, 1, 0),
      ids: ['s0', 's1', 's2', 's3', 's4'],
    },
    classNames: ['A', 'B'],
    maxSimilarity: 5,
    similarityOffset: 2,
    outOfDistributionLimit: 0,
    representation: { ...DEFAULT_REPRESENTATION, fingerprint: 'scored-document-fixture-v1' },
  },
  distanceScale: { byClass: [createEmpiricalCdf([0, 1, 4]), createEmpiricalCdf([0, 1, 4])] },
  rescaledSimilarityCdfs: [0, 1].map(() =>
    createEmpiricalCdf(Array.from({ length: 600 }, (_, i) => Math.floor(i / 200))),
  ),
  nestedRegions: {
    alphaResolution: 0.1,
    regions: [
      { targetAccuracy: 0.9, minRescaledSimilarity: 1, classThresholds: [0.9, 0.9] },
      { targetAccuracy: 0.8, minRescaledSimilarity: 1, classThresholds: [0.8, 0.8] },
    ],
  },
  modelId: 'python-score-interchange-v1',
};
