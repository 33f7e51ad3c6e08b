import { expect, test } from 'vitest';
import { selectThreshold } from './select-threshold.js';

test('the largest share whose accuracy reaches the target is admitted', () => {
  const scores = [9, 8, 7, 6, 5, 4];
  const correct = [true, true, false, true, true, false];
  expect(selectThreshold(scores, correct, 0.8)).toEqual({ threshold: 5, share: 5 / 6 });
  expect(selectThreshold(scores, correct, 0.9)).toEqual({ threshold: 8, share: 2 / 6 });
});

test('rows of equal score are admitted together or not at all', () => {
  expect(selectThreshold([1, 1, 1, 0], [true, true, false, true], 0.9)).toEqual({
    threshold: Number.POSITIVE_INFINITY,
    share: 0,
  });
});

test('no threshold is met when the best rows are wrong', () => {
  expect(selectThreshold([2, 1], [false, true], 0.95).threshold).toBe(Number.POSITIVE_INFINITY);
});
