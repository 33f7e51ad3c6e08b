import { createMatrix, type Matrix, matrixFromRows, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedLoss } from './balanced-loss.js';
import { logSdm } from './log-sdm.js';
import { sdmLoss } from './sdm-loss.js';
import { sdmLossGradient } from './sdm-loss-gradient.js';
import { type Signals, softmaxSignals } from './signals.js';

const signalsOf = (q: number, d: number): Signals => ({ similarities: [q], distanceQuantiles: [d] });

describe('sdmLoss', () => {
  it.each([
    // Joint vocabulary (1, 0, -1 | 0.6, 1.4, -1.2), target 4 (arXiv 2502.20167, Eq. 32), stable form in double precision.
    { q: Math.E - 2, d: 1, loss: 0.928708 },
    { q: 10, d: 0.8, loss: 0.220899 },
    { q: 0, d: 0.5, loss: 2.030471 },
    { q: 5, d: 0, loss: 0.920782 },
  ])('gives the SDM network loss $loss at q = $q, d = $d', ({ q, d, loss }) => {
    const logits = matrixFromRows([[1, 0, -1, 0.6, 1.4, -1.2]]);
    expect(Math.abs(sdmLoss(logits, Int32Array.of(4), signalsOf(q, d))[0]! - loss)).toBeLessThan(1e-6); // six printed decimals
  });

  it('is minus logSdm at the label', () => {
    const logits = matrixFromRows([
      [1, -2, 0.5],
      [7, 8, 9],
    ]);
    const signals = { similarities: [3, 0], distanceQuantiles: [0.25, 1] };
    const logarithms = logSdm(logits, signals).data;
    const losses = sdmLoss(logits, Int32Array.of(2, 0), signals);
    expect(losses[0]).toBeCloseTo(-logarithms[2]!, 6); // the two round in another order
    expect(losses[1]).toBeCloseTo(-logarithms[3]!, 6);
  });

  it('keeps small differences beside large common offsets', () => {
    const loss = sdmLoss(matrixFromRows([[99_999, 100_000]]), Int32Array.of(0), softmaxSignals(1))[0]!;
    expect(loss).toBeCloseTo(1.3133, 2); // one unit in the last place of 1e5 is 0.008
  });

  it('gives no losses for no rows', () => {
    expect(sdmLoss(createMatrix(0, 2), new Int32Array(0), { similarities: [], distanceQuantiles: [] })).toHaveLength(0);
  });

  it('refuses labels outside the classes and of the wrong count', () => {
    const logits = matrixFromRows([[1, 2]]);
    for (const labels of [Int32Array.of(2), Int32Array.of(-1), Int32Array.of(0, 1)]) {
      expect(() => sdmLoss(logits, labels, signalsOf(1, 1))).toThrow(SdmError);
    }
  });
});

describe('sdmLossGradient', () => {
  it.each([
    { base: 2, gradient: -0.733333 },
    { base: 2.5, gradient: -0.753695 },
    { base: Math.E, gradient: -0.763117 },
    { base: 3, gradient: -0.775 },
  ])('has $gradient at the target for the language model form with base $base', ({ base, gradient }) => {
    const output = sdmLossGradient(matrixFromRows([[2, 1, 0, -1]]), Int32Array.of(1), signalsOf(base - 2, 1));
    expect(Math.abs(output.data[1]! - gradient)).toBeLessThan(1e-6); // six printed decimals
  });

  it('is exactly zero at d = 0', () => {
    const { data } = sdmLossGradient(matrixFromRows([[2, 1, 0]]), Int32Array.of(1), signalsOf(9, 0));
    expect(data.every((value) => value === 0)).toBe(true);
  });

  it('equals finite differences of the loss', () => {
    const step = 1 / 128;
    const row = fc.record({
      logits: fc.array(fc.integer({ min: -256, max: 256 }), { minLength: 2, maxLength: 5 }),
      label: fc.nat(1),
      q: fc.nat(200),
      d: fc.integer({ min: 0, max: 8 }),
    });
    fc.assert(
      fc.property(row, ({ logits, label, q, d }) => {
        const matrix = matrixFromRows([logits.map((value) => value / 128)]);
        const labels = Int32Array.of(label);
        const signals = signalsOf(q, d / 8);
        const { data } = sdmLossGradient(matrix, labels, signals);
        data.forEach((value, k) => {
          const lossAt = (shift: number) => sdmLoss(shiftedBy(matrix, k, shift), labels, signals)[0]!;
          // Float32 noise of the losses over twice the step, and the third derivative: ln(202)² step².
          expect(Math.abs((lossAt(step) - lossAt(-step)) / (2 * step) - value)).toBeLessThan(2e-3);
        });
      }),
    );
  });
});

describe('balancedLoss', () => {
  it('weighs every class the same', () => {
    expect(balancedLoss(Float32Array.of(1, 1, 1, 4), Int32Array.of(0, 0, 0, 1), 2)).toBe(2.5);
  });

  it('refuses a class without rows, a label outside the classes, and a loss that is not a number', () => {
    expect(() => balancedLoss(Float32Array.of(1), Int32Array.of(0), 2)).toThrow(/class 1 has no row/);
    expect(() => balancedLoss(Float32Array.of(1), Int32Array.of(3), 2)).toThrow(/label 3/);
    expect(() => balancedLoss(Float32Array.of(1), Int32Array.of(0, 1), 2)).toThrow(/wanted 1/);
    expect(() => balancedLoss(Float32Array.of(Number.NaN, 1), Int32Array.of(0, 1), 2)).toThrow(/NaN/);
  });
});

function shiftedBy(matrix: Matrix, k: number, shift: number): Matrix {
  const data = matrix.data.slice();
  data[k]! += shift;
  return { ...matrix, data };
}
