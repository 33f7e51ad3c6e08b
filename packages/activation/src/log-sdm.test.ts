import { matrixFromRows, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSdm, logSdmBase } from './log-sdm.js';
import { sdm } from './sdm.js';

describe('logSdm', () => {
  it('is the logarithm of the activation to the base 2 + q', () => {
    const logits = matrixFromRows([
      [1, -0.5, 2],
      [0, 0.25, -3],
    ]);
    const signals = { similarities: [5, 0], distanceQuantiles: [0.75, 1] };
    const probabilities = sdm(logits, signals).data;
    const bases = [7, 7, 7, 2, 2, 2];
    logSdm(logits, signals).data.forEach((value, k) => {
      // A few float32 roundings of numbers of size 1 to 5.
      expect(value).toBeCloseTo(Math.log(probabilities[k]!) / Math.log(bases[k]!), 5);
    });
  });

  it('stays finite where the probability underflows to 0', () => {
    const logits = matrixFromRows([[1000, -1000]]);
    const signals = { similarities: [998], distanceQuantiles: [1] };
    expect(sdm(logits, signals).data[1]).toBe(0);
    expect([...logSdm(logits, signals).data]).toEqual([0, -2000]);
  });

  it('is -ln C / ln(2 + q) at d = 0', () => {
    const output = logSdm(matrixFromRows([[4, -4, 9]]), { similarities: [5], distanceQuantiles: [0] });
    for (const value of output.data) expect(value).toBeCloseTo(-Math.log(3) / Math.log(7), 6); // float32
  });
});

describe('logSdmBase', () => {
  it.each([
    // LM loss at z = (2, 1, 0, -1), target 1 (arXiv 2510.26183, Eq. 1), computed with the stable form in double precision.
    { base: 2, loss: 1.906891 },
    { base: 2.5, loss: 1.52919 },
    { base: Math.E, loss: 1.44019 },
    { base: 3, loss: 1.357763 },
  ])('gives the language model loss $loss at base $base', ({ base, loss }) => {
    const output = logSdmBase(matrixFromRows([[2, 1, 0, -1]]), base);
    expect(Math.abs(-output.data[1]! - loss)).toBeLessThan(1e-6); // six printed decimals
  });

  it('takes a base and an exponent a row, and equals logSdm bit for bit at base 2 + q', () => {
    const row = fc.tuple(
      fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.nat(4000),
      fc.float({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const logits = matrixFromRows(rows.map(([z]) => z));
        if (rows.length === 0) return;
        const similarities = rows.map(([, q]) => q);
        const distanceQuantiles = rows.map(([, , d]) => d);
        const bases = similarities.map((q) => q + 2);
        expect(logSdmBase(logits, bases, distanceQuantiles)).toEqual(
          logSdm(logits, { similarities, distanceQuantiles }),
        );
      }),
    );
  });

  it('refuses bases of 1 and below, negative exponents and wrong counts', () => {
    const logits = matrixFromRows([[1, 2]]);
    expect(() => logSdmBase(logits, 1)).toThrow(SdmError);
    expect(() => logSdmBase(logits, Number.NaN)).toThrow(SdmError);
    expect(() => logSdmBase(logits, 2, -1)).toThrow(SdmError);
    expect(() => logSdmBase(logits, [2, 3])).toThrow(SdmError);
    expect(() => logSdmBase(logits, 2, [1, 1])).toThrow(SdmError);
  });
});
