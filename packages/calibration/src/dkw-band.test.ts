import { SdmError } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { dkwBand, dkwErrors } from './dkw-band.js';
import { effectiveSampleSize, fitEffectiveSampleSizes } from './effective-sample-size.js';

describe('dkwErrors', () => {
  it('gives the stored errors of the score-interchange and rounding fixtures', () => {
    // reexpress-sdm 0.4.8; its log may differ from ours by one unit in the last place, which is 4e-9 here.
    expect(Math.abs(dkwErrors([600], 0.9)[0]! - 0.04996442422270775)).toBeLessThan(1e-8);
    expect(Math.abs(dkwErrors([1001], 0.7)[0]! - 0.030783314257860184)).toBeLessThan(1e-8);
  });

  it('shrinks with the root of the sample and is 1 without one', () => {
    const [four, sixteen, none] = dkwErrors([4, 16, 0], 0.95);
    expect(four! / sixteen!).toBeCloseTo(2, 6); // float32
    expect(none).toBe(1);
    expect(dkwErrors([1], 0.95)[0]).toBeGreaterThan(1);
    expect(dkwErrors([], 0.95)).toHaveLength(0);
  });

  it('refuses targets outside (0.5, 1)', () => {
    for (const target of [0.5, 1, Number.NaN]) expect(() => dkwErrors([1], target)).toThrow(SdmError);
  });
});

describe('dkwBand', () => {
  it('subtracts and adds in float32 and stays within [0, 1]', () => {
    const band = dkwBand(0.10000002384185791, 0.030783314257860184);
    // reexpress-sdm 0.4.8, the rounding fixture: same float32 operations.
    expect(band).toEqual({ lower: 0.06921671330928802, upper: 0.1307833343744278 });
    expect(dkwBand(0.5, 2)).toEqual({ lower: 0, upper: 1 });
  });
});

describe('effectiveSampleSize', () => {
  it('counts every class apart, also one without rows', () => {
    const distributions = fitEffectiveSampleSizes(Float32Array.of(0, 3, 1), Int32Array.of(0, 0, 2), 3);
    expect([...effectiveSampleSize(distributions, 0)]).toEqual([1, 0, 0]);
    expect([...effectiveSampleSize(distributions, 3)]).toEqual([2, 0, 1]);
  });

  it('refuses labels that do not fit', () => {
    expect(() => fitEffectiveSampleSizes(Float32Array.of(0), Int32Array.of(2), 2)).toThrow(/label of row 0 is 2/);
    expect(() => fitEffectiveSampleSizes(Float32Array.of(0), Int32Array.of(0, 0), 2)).toThrow(/wanted 1 labels/);
  });
});
