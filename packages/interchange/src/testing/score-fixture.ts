import { matrixFromRows } from '@sdmjs/core';
import { type EstimatorParts, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { interchange } from '@sdmjs/estimator/testing';

/** The interchange model as an estimator with a date, so that files of it are equal. */
export function scoreFixture(change: Partial<EstimatorParts> = {}): SdmEstimator {
  return restoreEstimator({ ...interchange, createdAt: '2026-01-31T12:00:00Z', ...change });
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
