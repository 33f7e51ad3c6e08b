import { describe, expect, it } from 'vitest';
import { cdfAt, countAtMost, countBelow, createEmpiricalCdf, quantile } from './empirical-cdf.js';
import { SdmError } from './sdm-error.js';

const cdf = createEmpiricalCdf([4, 1, 2, 2]);

describe('EmpiricalCdf', () => {
  it('counts strictly below on the left and at most on the right of a tie', () => {
    expect([0, 1, 2, 3, 4, 5].map((x) => countBelow(cdf, x))).toEqual([0, 0, 1, 3, 3, 4]);
    expect([0, 1, 2, 3, 4, 5].map((x) => countAtMost(cdf, x))).toEqual([0, 1, 3, 3, 4, 4]);
  });

  it('gives the share at most the value, and 0 when it is empty', () => {
    expect(cdfAt(cdf, 2)).toBe(0.75);
    expect(cdfAt(createEmpiricalCdf([]), 2)).toBe(0);
  });

  it('compares in float32, so that a double and its rounded self are one value', () => {
    expect(countBelow(createEmpiricalCdf([0.1]), 0.1)).toBe(0);
    expect(countAtMost(createEmpiricalCdf([0.1]), 0.1)).toBe(1);
  });

  it('takes the quantile at the truncated index, never beyond the last', () => {
    expect([0, 0.25, 0.5, 0.99, 1].map((level) => quantile(cdf, level))).toEqual([1, 2, 2, 4, 4]);
  });

  it('does not sort the array it was given', () => {
    const values = [3, 1, 2];
    createEmpiricalCdf(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses what is not finite, also after rounding, and a quantile of nothing', () => {
    expect(() => createEmpiricalCdf([1, Number.NaN])).toThrow(SdmError);
    expect(() => createEmpiricalCdf([1e300])).toThrow(SdmError);
    expect(() => quantile(createEmpiricalCdf([]), 0.5)).toThrow(/no values/);
  });
});
