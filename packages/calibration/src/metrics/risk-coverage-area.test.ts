import { SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { riskCoverageArea } from './risk-coverage-area.js';

it('averages the share of errors over all coverages', () => {
  // Taken in the order right, wrong, right, wrong: risks 0, 1/2, 1/3, 1/2.
  expect(riskCoverageArea([0.9, 0.8, 0.7, 0.6], [true, false, true, false])).toBeCloseTo(4 / 12, 12);
  expect(riskCoverageArea([0.6, 0.7, 0.8, 0.9], [false, true, false, true])).toBeCloseTo(4 / 12, 12);
});

it('is 0 without errors, 1 without anything right, and the error rate where all scores are equal', () => {
  expect(riskCoverageArea([1, 2, 3], [1, 1, 1])).toBe(0);
  expect(riskCoverageArea([1, 2, 3], [0, 0, 0])).toBeCloseTo(1, 12);
  expect(riskCoverageArea([5, 5, 5, 5], [1, 0, 1, 1])).toBeCloseTo(1 / 4, 12);
});

it('counts ties as the mean over their orders', () => {
  const tied = riskCoverageArea([2, 1, 1], [true, true, false]);
  const orders = [riskCoverageArea([3, 2, 1], [true, true, false]), riskCoverageArea([3, 1, 2], [true, true, false])];
  expect(tied).toBeCloseTo((orders[0]! + orders[1]!) / 2, 12);
});

it('takes infinite scores, and refuses rows that cannot be ordered', () => {
  expect(riskCoverageArea([Infinity, -Infinity], [true, false])).toBeCloseTo(1 / 4, 12);
  const codeOf = (scores: number[], marks: boolean[]) => {
    try {
      return riskCoverageArea(scores, marks);
    } catch (error) {
      return SdmError.is(error) && error.code;
    }
  };
  expect(codeOf([], [])).toBe('empty-input');
  expect(codeOf([1], [])).toBe('shape-mismatch');
  expect(codeOf([Number.NaN, 1], [true, true])).toBe('not-finite');
});
