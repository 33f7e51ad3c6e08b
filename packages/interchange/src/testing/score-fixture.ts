import { createEmpiricalCdf, matrixFromRows } from '@sdmjs/core';
import { type EstimatorParts, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { createSupportSet } from '@sdmjs/exemplars';

const identity = () =>
  matrixFromRows([
    [1, 0],
    [0, 1],
  ]);
const repeated = [0, 1, 2].flatMap((value) => Array.from({ length: 200 }, () => value));

/** `fixture.sdmkitmodel` of the score interchange tests of reexpress-sdm 0.4.8, built by hand. */
export function scoreFixture(change: Partial<EstimatorParts> = {}): SdmEstimator {
  return restoreEstimator({
    model: {
      adaptor: {
        projectionWeight: identity(),
        projectionBias: new Float32Array(2),
        classifierWeight: identity(),
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
    rescaledSimilarityCdfs: [createEmpiricalCdf(repeated), createEmpiricalCdf(repeated)],
    nestedRegions: {
      alphaResolution: 0.1,
      regions: [
        { targetAccuracy: 0.9, minRescaledSimilarity: 1, classThresholds: [0.9, 0.9].map(Math.fround) },
        { targetAccuracy: 0.8, minRescaledSimilarity: 1, classThresholds: [0.8, 0.8].map(Math.fround) },
      ],
    },
    modelId: 'python-score-interchange-v1',
    createdAt: '2026-01-31T12:00:00Z',
    ...change,
  });
}

/** Five calibration rows that fit the fixture: q in 0 … 4. */
export function fixtureCalibration() {
  const logits = matrixFromRows([
    [2, 0],
    [0, 1],
    [-1.25, -3],
    [0.1, 0.7],
    [5, -0],
  ]);
  return {
    ids: ['c0', 'c1', 'c2', 'c3', 'c4'],
    labels: Int32Array.of(0, 1, 0, 0, 0),
    predictions: Int32Array.of(0, 1, 0, 1, 0),
    probabilities: matrixFromRows([
      [0.9411764740943909, 0.05882352963089943],
      [0.2, 0.8],
      [0.5, 0.5],
      [0.3, 0.7],
      [1, 0],
    ]),
    rescaledSimilarities: Float32Array.of(2, 2, 0, 1.5, 4),
    similarities: Int32Array.of(2, 2, 0, 2, 4),
    nearestDistances: Float32Array.of(0, 0.1, 3, 1e20, 2.5),
    distanceQuantiles: Float32Array.of(1, 2 / 3, 0, 0.25, 1),
    logits,
  };
}
