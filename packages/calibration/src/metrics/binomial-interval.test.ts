import { SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixture from '../../fixtures/binomial-intervals.json' with { type: 'json' };
import { binomialInterval } from './binomial-interval.js';

describe('binomialInterval', () => {
  it.each(fixture.intervals)('equals SciPy on $successes of $trials at $confidence', (row) => {
    const interval = binomialInterval(row.successes, row.trials, row.confidence);
    expect(interval.estimate).toBe(row.successes / row.trials);
    // Log-gamma differences lose about log10(trials) of 15 digits, and SciPy stops its own root search near 1e-12.
    expect(Math.abs(interval.lower - row.lower)).toBeLessThan(1e-10);
    expect(Math.abs(interval.upper - row.upper)).toBeLessThan(1e-10);
  });

  it('agrees with the closed forms at no and at all successes', () => {
    // Upper end at 0 of n is 1 − (α/2)^(1/n); double precision.
    expect(binomialInterval(0, 10).upper).toBeCloseTo(1 - 0.025 ** 0.1, 12);
    expect(binomialInterval(10, 10).lower).toBeCloseTo(0.025 ** 0.1, 12);
    expect(binomialInterval(0, 10).lower).toBe(0);
    expect(binomialInterval(10, 10).upper).toBe(1);
  });

  it('holds the estimate, mirrors itself and narrows with less confidence', () => {
    const counts = fc
      .integer({ min: 1, max: 400 })
      .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const { estimate, lower, upper } = binomialInterval(successes, trials);
        const mirrored = binomialInterval(trials - successes, trials);
        const narrow = binomialInterval(successes, trials, 0.8);
        expect(lower).toBeLessThanOrEqual(estimate);
        expect(upper).toBeGreaterThanOrEqual(estimate);
        expect(1 - mirrored.upper).toBeCloseTo(lower, 10); // double-precision root search
        expect(narrow.lower).toBeGreaterThanOrEqual(lower);
        expect(narrow.upper).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it('refuses what are not counts and a confidence', () => {
    for (const [successes, trials, confidence] of [
      [1, 0],
      [2, 1],
      [-1, 3],
      [0.5, 1],
      [0, 1, 0],
      [0, 1, 1],
      [Number.NaN, 1],
    ] as const) {
      expect(() => binomialInterval(successes, trials, confidence)).toThrow(SdmError);
    }
  });
});
