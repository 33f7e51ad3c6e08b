import { argMaxRows, createMatrix, matrixFromRows, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../fixtures/activation-golden.json' with { type: 'json' };
import { sdm } from './sdm.js';
import { softmaxSignals } from './signals.js';

const one = (logits: number[], q: number, d: number) =>
  sdm(matrixFromRows([logits]), { similarities: [q], distanceQuantiles: [d] });

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return SdmError.is(error) ? error.code : error;
  }
  return 'no error';
};

describe('sdm', () => {
  it.each(golden.activationCases)('equals the reference research code on $name', (row) => {
    const output = one(row.logits, row.q, row.d);
    expect(argMaxRows(matrixFromRows([row.logits]))[0]).toBe(row.expectedPrediction);
    row.expectedProbabilities.forEach((wanted, k) => {
      // The tolerance the fixture names: its numbers come from another exp and log.
      expect(Math.abs(output.data[k]! - wanted)).toBeLessThanOrEqual(1e-6 + 1e-5 * wanted);
    });
  });

  it('multiplies the logits by d before the logarithm, which shows at logits near 1e5', () => {
    const output = one([100_000, 100_016], 3, 0.10000002384185791);
    // reexpress-sdm 0.4.8; (logits · (d · ln)) would give 0.0707519…, 6e-5 away.
    expect(Math.abs(output.data[0]! - 0.07068779319524765)).toBeLessThan(1e-6);
    expect(Math.abs(output.data[1]! - 0.9293122291564941)).toBeLessThan(1e-6);
  });

  it('is softmax at q = e - 2 and d = 1', () => {
    const logits = matrixFromRows([
      [0.5, -1, 2],
      [3, 3, -4],
    ]);
    const output = sdm(logits, softmaxSignals(2));
    [logits.data.subarray(0, 3), logits.data.subarray(3)].forEach((row, i) => {
      const sum = row.reduce((total, z) => total + Math.exp(z), 0);
      // Float32 rounding of a handful of operations on numbers of size 1.
      row.forEach((z, k) => expect(output.data[i * 3 + k]!).toBeCloseTo(Math.exp(z) / sum, 6));
    });
  });

  it('is uniform at d = 0, whatever the logits and q', () => {
    expect([...one([-4, 6, 1e5], 1e6, 0).data]).toEqual(Array.from({ length: 3 }, () => Math.fround(1 / 3)));
  });

  it('sharpens with q and with d', () => {
    const [base, moreSimilar, nearer] = [one([1, 0], 2, 0.5), one([1, 0], 20, 0.5), one([1, 0], 2, 0.9)];
    expect(moreSimilar.data[0]!).toBeGreaterThan(base.data[0]!);
    expect(nearer.data[0]!).toBeGreaterThan(base.data[0]!);
  });

  it('survives logits of 1e5 and the largest q there is', () => {
    expect([...one([1e5, -1e5], 3.4e38, 1).data]).toEqual([1, 0]);
    expect([...one([1e5, 1e5], 0, 1).data]).toEqual([0.5, 0.5]);
  });

  it('gives no rows for no rows', () => {
    const output = sdm(createMatrix(0, 3), { similarities: [], distanceQuantiles: [] });
    expect([output.rows, output.columns, output.data.length]).toEqual([0, 3, 0]);
  });

  it('leaves its arguments as they were', () => {
    const logits = matrixFromRows([[1, 2]]);
    sdm(logits, { similarities: [4], distanceQuantiles: [0.5] });
    expect([...logits.data]).toEqual([1, 2]);
  });

  it('refuses what is not a set of logits and signals', () => {
    const logits = matrixFromRows([[1, 2]]);
    const signals = { similarities: [1], distanceQuantiles: [0.5] };
    expect(codeOf(() => one([1, Number.NaN], 1, 1))).toBe('not-finite');
    expect(codeOf(() => one([1e30, 3e38], 1e9, 1))).toBe('not-finite');
    expect(codeOf(() => one([1, 2], Number.POSITIVE_INFINITY, 1))).toBe('not-finite');
    expect(codeOf(() => one([1, 2], 1e39, 1))).toBe('not-finite');
    expect(codeOf(() => one([1, 2], 1, Number.NaN))).toBe('not-finite');
    expect(codeOf(() => one([1, 2], -1, 1))).toBe('out-of-range');
    expect(codeOf(() => one([1, 2], 1, 1.01))).toBe('out-of-range');
    expect(codeOf(() => one([1, 2], 1, -0.1))).toBe('out-of-range');
    expect(codeOf(() => one([1], 1, 1))).toBe('shape-mismatch');
    expect(codeOf(() => sdm(logits, { ...signals, similarities: [1, 2] }))).toBe('shape-mismatch');
    expect(codeOf(() => sdm(logits, signals, { similarityOffset: 1 }))).toBe('out-of-range');
    expect(codeOf(() => softmaxSignals(1, { similarityOffset: 3 }))).toBe('out-of-range');
  });

  it('sums to one and keeps the arg max, for any logits and signals', () => {
    const row = fc.record({
      logits: fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 6 }),
      q: fc.nat(5000),
      d: fc.float({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(row, ({ logits, q, d }) => {
        const { data } = one(logits, q, d);
        const best = argMaxRows(matrixFromRows([logits]))[0]!;
        // At most six float32 roundings of numbers below 1.
        expect(Math.abs(data.reduce((total, p) => total + p, 0) - 1)).toBeLessThan(1e-6);
        expect(data[best]).toBe(Math.max(...data));
      }),
    );
  });
});
