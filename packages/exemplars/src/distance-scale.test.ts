import { createEmpiricalCdf, SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { distanceQuantile, distanceQuantiles, fitDistanceScale } from './distance-scale.js';

const scaleOf = (classes: number[][]) => ({ byClass: classes.map((values) => createEmpiricalCdf(values)) });

// sdm-golden-v1 of reexpress-sdm 0.4.8, distanceCDFCases
it('inserts to the left, so that equal distances do not count against a row', () => {
  const scale = scaleOf([
    [1, 2, 2, 4],
    [0.5, 3],
  ]);
  const d = distanceQuantiles(scale, Float32Array.of(0, 0.5, 2, 2.1, 4, 5));
  expect([...d]).toEqual([1, 1, 0.5, 0.25, 0, 0]);
});

// sdm-golden-v1 of reexpress-sdm 0.4.8, distanceCDFCases
it('is 0 when a class has no distances', () => {
  expect([...distanceQuantiles(scaleOf([[1, 2], []]), Float32Array.of(0, 1, 3))]).toEqual([0, 0, 0]);
});

it('is 0 when there are no classes', () => {
  expect(distanceQuantile(scaleOf([]), 0)).toBe(0);
});

it('divides in float32 and then subtracts in float32', () => {
  // fround(2/3) is 0.6666666865348816: another number.
  expect(distanceQuantile(scaleOf([[0, 1, 4]]), 1)).toBe(0.6666666269302368);
});

it('fits one distribution a true class, over rows above the out-of-distribution limit', () => {
  const rows = {
    nearestDistances: Float32Array.of(3, 1, 2, 9, 5),
    similarities: Int32Array.of(2, 1, 4, 0, 1),
    labels: Int32Array.of(0, 0, 1, 0, 1),
    classCount: 3,
  };
  const sorted = (outOfDistributionLimit?: number) =>
    fitDistanceScale({ ...rows, outOfDistributionLimit }).byClass.map((cdf) => [...cdf.sorted]);
  expect(sorted()).toEqual([[1, 3], [2, 5], []]);
  expect(sorted(1)).toEqual([[3], [2], []]);
});

it('refuses columns of unequal length and labels beyond the classes', () => {
  const nearestDistances = Float32Array.of(1);
  const similarities = Int32Array.of(1);
  const codeOf = (labels: Int32Array) => {
    try {
      fitDistanceScale({ nearestDistances, similarities, labels, classCount: 2 });
      return undefined;
    } catch (error) {
      return SdmError.is(error) ? error.code : error;
    }
  };
  expect(codeOf(Int32Array.of(0, 1))).toBe('shape-mismatch');
  expect(codeOf(Int32Array.of(2))).toBe('label-out-of-range');
  expect(codeOf(Int32Array.of(-1))).toBe('label-out-of-range');
});
