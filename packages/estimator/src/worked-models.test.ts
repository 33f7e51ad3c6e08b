import { createEmpiricalCdf, matrixFromRows } from '@sdmjs/core';
import { createPlainKernels, loadKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import type { Estimate } from './estimate.js';
import { type EstimatorParts, restoreEstimator } from './sdm-estimator.js';
import { interchange } from './testing/interchange-model.js';

// Two small models that reexpress-sdm 0.4.8 uses to pin scored rows, and the scores it stores for them.
/** Columns: prediction, q, nearest distance, d, probabilities, q', nearest, α, lower α, sample sizes, error, lower d, lower and upper probabilities, lower q'. */
type Row = [
  features: [number, number],
  exclusion: number,
  integers: { prediction: number; similarity: number; nearestIndex: number; sampleSize: number },
  reals: { nearestDistance: number; distanceQuantile: number; probabilities: number[]; rescaledSimilarity: number },
  alphas: { regionAlpha: number; lowerAlpha: number },
  lower: { error: number; distanceLower: number; below: number[]; above: number[]; rescaled: number },
];

const half = [0.5, 0.5];
const near0 = [0.9411764740943909, 0.05882352963089943];
const near1 = [0.20000000298023224, 0.800000011920929];
const table: Row[] = [
  [
    [2, 0],
    -1,
    { prediction: 0, similarity: 2, nearestIndex: 1, sampleSize: 600 },
    { nearestDistance: 0, distanceQuantile: 1, probabilities: near0, rescaledSimilarity: 2 },
    { regionAlpha: 0.9, lowerAlpha: 0.9 },
    {
      error: 0.04996442422270775,
      distanceLower: 0.950035572052002,
      below: [0.933021605014801, 0.06697840988636017],
      above: near0,
      rescaled: 2,
    },
  ],
  [
    [0, 1],
    -1,
    { prediction: 1, similarity: 2, nearestIndex: 2, sampleSize: 600 },
    { nearestDistance: 0, distanceQuantile: 1, probabilities: near1, rescaledSimilarity: 2 },
    { regionAlpha: 0.8, lowerAlpha: 0 },
    { error: 1, distanceLower: 0, below: half, above: near1, rescaled: 2 },
  ],
  [
    [0, 0],
    -1,
    { prediction: 0, similarity: 1, nearestIndex: 0, sampleSize: 400 },
    { nearestDistance: 1, distanceQuantile: 0.6666666269302368, probabilities: half, rescaledSimilarity: 1 },
    { regionAlpha: 0, lowerAlpha: 0 },
    { error: 1, distanceLower: 0, below: half, above: half, rescaled: 1 },
  ],
  [
    [4, 4],
    -1,
    { prediction: 0, similarity: 0, nearestIndex: 4, sampleSize: 200 },
    { nearestDistance: 0, distanceQuantile: 1, probabilities: half, rescaledSimilarity: 0 },
    { regionAlpha: 0, lowerAlpha: 0 },
    { error: 1, distanceLower: 0, below: half, above: half, rescaled: 0 },
  ],
  [
    [1, 0],
    0,
    { prediction: 0, similarity: 1, nearestIndex: 1, sampleSize: 400 },
    {
      nearestDistance: 1,
      distanceQuantile: 0.6666666269302368,
      probabilities: [0.6753334999084473, 0.32466650009155273],
      rescaledSimilarity: 1,
    },
    { regionAlpha: 0, lowerAlpha: 0 },
    { error: 1, distanceLower: 0, below: half, above: [0.7500000596046448, 0.25], rescaled: 1 },
  ],
  [
    [0, 2],
    3,
    { prediction: 1, similarity: 1, nearestIndex: 2, sampleSize: 400 },
    {
      nearestDistance: 1,
      distanceQuantile: 0.6666666269302368,
      probabilities: [0.1877317875623703, 0.8122681975364685],
      rescaledSimilarity: 1,
    },
    { regionAlpha: 0.8, lowerAlpha: 0 },
    { error: 1, distanceLower: 0, below: half, above: [0.09999998658895493, 0.8999999761581421], rescaled: 1 },
  ],
];

/** 1e-6: the tolerance of the stored scores; their last bit moved between versions of PyTorch. */
function expectNear(actual: number | readonly number[], expected: number | readonly number[]): void {
  const pairs = [expected].flat();
  [actual].flat().forEach((value, i) => {
    expect(Math.abs(value - pairs[i]!)).toBeLessThanOrEqual(1e-6);
  });
  expect([actual].flat()).toHaveLength(pairs.length);
}

function expectRow(estimate: Estimate, [, , integers, reals, alphas, lower]: Row): void {
  const { sampleSize, ...exact } = integers;
  expect(estimate).toMatchObject({ ...exact, regionAlpha: alphas.regionAlpha });
  expectNear(estimate.nearestDistance, reals.nearestDistance);
  expectNear(estimate.distanceQuantile, reals.distanceQuantile);
  expectNear(estimate.probabilities, reals.probabilities);
  expectNear(estimate.rescaledSimilarity, reals.rescaledSimilarity);
  expect(estimate.lower).toMatchObject({
    regionAlpha: alphas.lowerAlpha,
    effectiveSampleSizes: [sampleSize, sampleSize],
  });
  expectNear(estimate.lower.errors, [lower.error, lower.error]);
  expectNear(estimate.lower.distanceLower, lower.distanceLower);
  expectNear(estimate.lower.probabilitiesLower, lower.below);
  expectNear(estimate.lower.probabilitiesUpper, lower.above);
  expectNear(estimate.lower.rescaledSimilarityLower, lower.rescaled);
}

describe('the interchange model of reexpress-sdm 0.4.8', () => {
  it.each(['simd', 'plain'])('scores its six rows as stored, on %s kernels', async (kind) => {
    const kernels = kind === 'plain' ? createPlainKernels() : await loadKernels();
    const estimator = restoreEstimator({ ...interchange, kernels });
    const features = matrixFromRows(table.map(([row]) => row));
    const exclusions = Int32Array.from(table, ([, exclusion]) => exclusion);
    const estimates = await estimator.estimateAll(features, { exclusions });
    estimates.forEach((estimate, i) => {
      expectRow(estimate, table[i]!);
    });
    estimator.dispose();
    kernels.dispose();
  });

  it('admits only at or above the target accuracy, and says why not', async () => {
    const features = matrixFromRows(table.map(([row]) => row));
    const exclusions = Int32Array.from(table, ([, exclusion]) => exclusion);
    const estimator = restoreEstimator({ ...interchange, targetAccuracy: 0.9 });
    const estimates = await estimator.estimateAll(features, { exclusions });
    expect(estimates.map((estimate) => (estimate.admitted ? estimate.decision : estimate.reason))).toEqual([
      0,
      'below-target',
      'no-region',
      'out-of-distribution',
      'no-region',
      'below-target',
    ]);
  });

  it('shows the nearest exemplars in order, without the row left out', async () => {
    const estimate = await restoreEstimator(interchange).estimate(Float32Array.of(1, 0), { exclusion: 0 });
    expect(estimate.nearestExemplars.map(({ id, isGood, squaredDistance }) => [id, isGood, squaredDistance])).toEqual([
      ['s1', true, 1],
      ['s2', false, 2],
      ['s3', false, 5],
      ['s4', false, 25],
    ]);
  });
});

describe('the rounding model of reexpress-sdm 0.4.8', () => {
  const lowerProbability = 0.8559715747833252;
  const nextFloat = Math.fround(lowerProbability + 2 ** -24);
  const rounding: EstimatorParts = {
    ...interchange,
    model: {
      ...interchange.model,
      adaptor: {
        ...interchange.model.adaptor,
        classifierWeight: matrixFromRows([
          [0, 0],
          [0, 0],
        ]),
        classifierBias: Float32Array.of(100_000, 100_016),
      },
      support: {
        representations: matrixFromRows([
          [3, 0],
          [4, 0],
          [5, 0],
        ]),
        labels: Int32Array.of(1, 1, 1),
        predictions: Int32Array.of(1, 1, 1),
        ids: ['a', 'b', 'c'],
      },
      maxSimilarity: 3,
    },
    distanceScale: {
      byClass: [0, 1].map(() => createEmpiricalCdf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
    },
    rescaledSimilarityCdfs: [0, 1].map(() => createEmpiricalCdf(new Float32Array(1001))),
    nestedRegions: {
      alphaResolution: 0.1,
      regions: [
        { targetAccuracy: 0.8, minRescaledSimilarity: 1, classThresholds: [1, nextFloat] },
        { targetAccuracy: 0.7, minRescaledSimilarity: 1, classThresholds: [1, 0.8] },
      ],
    },
  };

  it('multiplies logits by d first, then by the logarithm: other orders move the fourth digit', async () => {
    const estimate = await restoreEstimator(rounding).estimate(Float32Array.of(0, 0));
    expect(estimate).toMatchObject({ similarity: 3, nearestDistance: 9, regionAlpha: 0.8 });
    expect(estimate.distanceQuantile).toBe(0.10000002384185791);
    expectNear(estimate.probabilities, [0.07068779319524765, 0.9293122291564941]);
    expect(estimate.lower.regionAlpha).toBe(0.7);
    expectNear(estimate.lower.errors, [0.030783314257860184, 0.030783314257860184]);
    expectNear(estimate.lower.distanceLower, 0.06921671330928802);
    expectNear(estimate.lower.distanceUpper, 0.1307833343744278);
    expectNear(estimate.lower.probabilitiesLower, [0.1440284103155136, lowerProbability]);
  });
});
