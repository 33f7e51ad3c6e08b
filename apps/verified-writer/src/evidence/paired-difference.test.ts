import { expect, test } from 'vitest';
import { pairedDifference } from './paired-difference.js';

const arm = (...fits: readonly number[][]) => new Map(fits.map((values, seed) => [seed, values]));

test('the difference is that of the means over the fits, averaged over the seeds', () => {
  const found = pairedDifference([
    [1, arm([3, 5], [2, 2], [1, 1])],
    [-1, arm([1, 1], [1, 1], [2, 2])],
  ])!;
  // Differences 3, 1 and −1.
  expect(found).toMatchObject({ seedCount: 3, positive: 2, negative: 1 });
  expect(found.mean).toBeCloseTo(1, 12);
  // All draws of seed 2, and of seed 0 with its upper fit, are the ends.
  expect(found.lower).toBeGreaterThanOrEqual(-1);
  expect(found.upper).toBeLessThanOrEqual(4);
  expect(found.lower).toBeLessThan(0);
  expect(found.upper).toBeGreaterThan(2);
});

test('an interaction takes four arms, and only seeds that all of them have', () => {
  const found = pairedDifference([
    [1, arm([4], [4])],
    [-1, arm([2], [2])],
    [-1, arm([1], [1])],
    [1, arm([0])],
  ])!;
  expect(found).toMatchObject({ seedCount: 1, mean: 1, lower: 1, upper: 1 });
});

test('equal arms have the interval 0 to 0, and arms without a common seed none', () => {
  expect(
    pairedDifference([
      [1, arm([2], [3])],
      [-1, arm([2], [3])],
    ]),
  ).toMatchObject({ mean: 0, positive: 0, negative: 0 });
  expect(
    pairedDifference([
      [1, arm([2])],
      [-1, new Map([[7, [1]]])],
    ]),
  ).toBeUndefined();
});
