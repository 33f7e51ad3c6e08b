import { createEmpiricalCdf, matrixFromRows } from '@sdmjs/core';
import { createSupportSet } from '@sdmjs/exemplars';
import type { EstimatorParts } from '../sdm-estimator.js';

const identity = matrixFromRows([
  [1, 0],
  [0, 1],
]);

/**
 * `fixture.sdmkitmodel`, the small model that reexpress-sdm 0.4.8 uses to pin scored rows, built by hand: the adaptor is the identity,
 * so features are representations. Packages above import it as `@sdmjs/estimator/testing`, which is not published.
 */
export const interchange: EstimatorParts = {
  model: {
    adaptor: {
      projectionWeight: identity,
      projectionBias: new Float32Array(2),
      classifierWeight: identity,
      classifierBias: new Float32Array(2),
    },
    normalization: { mean: 0, standardDeviation: 1 },
    support: createSupportSet({
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
    }),
    classNames: ['A', 'B'],
    maxSimilarity: 5,
    similarityOffset: 2,
    outOfDistributionLimit: 0,
    representation: {
      provider: 'fixture',
      fingerprint: 'scored-document-fixture-v1',
      model: null,
      revision: null,
      inputTemplate: null,
    },
  },
  distanceScale: { byClass: [createEmpiricalCdf([0, 1, 4]), createEmpiricalCdf([0, 1, 4])] },
  rescaledSimilarityCdfs: [0, 1].map(() =>
    createEmpiricalCdf(Array.from({ length: 600 }, (_, i) => Math.floor(i / 200))),
  ),
  nestedRegions: {
    alphaResolution: 0.1,
    regions: [
      { targetAccuracy: 0.9, minRescaledSimilarity: 1, classThresholds: [0.9, 0.9].map(Math.fround) },
      { targetAccuracy: 0.8, minRescaledSimilarity: 1, classThresholds: [0.8, 0.8].map(Math.fround) },
    ],
  },
  modelId: 'python-score-interchange-v1',
};
