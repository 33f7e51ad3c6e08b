import { expect, it } from 'vitest';
import { balancedMean, balancedMedian } from './balanced.js';

const labels = Int32Array.of(0, 1, 0, 0, 1, 0);
const values = [1, 5, 2, 9, 8, 4];

it('takes the mean over the classes of means and of medians', () => {
  // By hand: class 0 has 1, 2, 9, 4 with mean 4 and median 3; class 1 has 5, 8 with mean and median 6.5.
  expect(balancedMean(values, labels, 2)).toBe(5.25);
  expect(balancedMedian(values, labels, 2)).toBe(4.75);
  expect(balancedMedian([3, 1, 2], Int32Array.of(0, 0, 0), 1)).toBe(2);
});

it('refuses a class without rows, labels out of range and another count of labels', () => {
  expect(() => balancedMedian(values, labels, 3)).toThrow(expect.objectContaining({ code: 'class-missing' }));
  expect(() => balancedMedian(values, labels, 1)).toThrow(expect.objectContaining({ code: 'label-out-of-range' }));
  expect(() => balancedMedian([1], labels, 2)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  expect(() => balancedMedian([], new Int32Array(), 1)).toThrow(expect.objectContaining({ code: 'class-missing' }));
});
