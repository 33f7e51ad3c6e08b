import { expect, it } from 'vitest';
import { fitExponent } from './fit.js';

it('finds the exponent of a power, and of least squares where there is none', () => {
  // By the rules of powers; double logarithms leave the last digits.
  expect(fitExponent([1, 3, 10, 30].map((x) => ({ x, y: 5 * x ** 1.7 })))).toBeCloseTo(1.7, 12);
  // By hand: logs to base 2 are (0, 0), (1, 1), (2, 4); the slope is (−1 · −5/3 + 0 + 1 · 7/3) / 2 = 2.
  expect(fitExponent([1, 2, 4].map((x, i) => ({ x, y: 2 ** (i ** 2) })))).toBeCloseTo(2, 12);
  expect(fitExponent([{ x: 3, y: 1 }])).toBeUndefined();
  expect(fitExponent([])).toBeUndefined();
});
