import { matrixFromRows } from '@sdmjs/core';
import type { Estimate } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { scoreFixture } from '../testing/score-fixture.js';
import { decodeModel } from './decode-model.js';
import { encodeModel } from './encode-model.js';

const THIRDS = 0.6666666269302368;
const EPSILON = 0.04996442422270775;

/** Stored scores of the interchange fixture of reexpress-sdm. Columns as in the array below. */
const EXPECTED: [features: number[], exclusion: number, integers: number[], numbers: number[]][] = [
  // ŷ, q, nearest, n | d0, d, sdm[0], q', centroid α, lower α, ε, dLower, sdmLower[0], sdmUpper[0], q'Lower
  [
    [2, 0],
    -1,
    [0, 2, 1, 600],
    [0, 1, 0.9411764740943909, 2, 0.9, 0.9, EPSILON, 0.950035572052002, 0.933021605014801, 0.9411764740943909, 2],
  ],
  [[0, 1], -1, [1, 2, 2, 600], [0, 1, 0.20000000298023224, 2, 0.8, 0, 1, 0, 0.5, 0.20000000298023224, 2]],
  [[0, 0], -1, [0, 1, 0, 400], [1, THIRDS, 0.5, 1, 0, 0, 1, 0, 0.5, 0.5, 1]],
  [[4, 4], -1, [0, 0, 4, 200], [0, 1, 0.5, 0, 0, 0, 1, 0, 0.5, 0.5, 0]],
  [[1, 0], 0, [0, 1, 1, 400], [1, THIRDS, 0.6753334999084473, 1, 0, 0, 1, 0, 0.5, 0.7500000596046448, 1]],
  [[0, 2], 3, [1, 1, 2, 400], [1, THIRDS, 0.1877317875623703, 1, 0.8, 0, 1, 0, 0.5, 0.09999998658895493, 1]],
];

it('scores the fixture as the Python SDK does', async () => {
  const estimator = await decodeModel(await encodeModel(scoreFixture()));
  const exclusions = Int32Array.from(EXPECTED, ([, exclusion]) => exclusion);
  const estimates = await estimator.estimateAll(matrixFromRows(EXPECTED.map(([features]) => features)), { exclusions });
  estimator.dispose();
  estimates.forEach((estimate, i) => {
    const [, , integers, numbers] = EXPECTED[i]!;
    expect(integersOf(estimate)).toEqual(integers);
    // 1e-6, the tolerance of the fixture: float32 exp and log differ in the last bits between libraries.
    numbersOf(estimate).forEach((number, k) => {
      expect(Math.abs(number - numbers[k]!), `row ${i}, number ${k}`).toBeLessThan(1e-6);
    });
  });
  const reasons = estimates.map((estimate) => (estimate.admitted ? estimate.decision : estimate.reason));
  expect(reasons).toEqual([0, 'below-target', 'no-region', 'out-of-distribution', 'no-region', 'below-target']);
});

function integersOf({ prediction, similarity, nearestIndex, lower }: Estimate): number[] {
  return [prediction, similarity, nearestIndex, ...new Set(lower.effectiveSampleSizes)];
}

function numbersOf({ lower, ...estimate }: Estimate): number[] {
  return [
    estimate.nearestDistance,
    estimate.distanceQuantile,
    estimate.probabilities[0]!,
    estimate.rescaledSimilarity,
    estimate.regionAlpha,
    lower.regionAlpha,
    lower.errors[0]!,
    lower.distanceLower,
    lower.probabilitiesLower[0]!,
    lower.probabilitiesUpper[0]!,
    lower.rescaledSimilarityLower,
  ];
}
