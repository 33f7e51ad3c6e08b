import { type Matrix, matrixFromRows } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { type NetworkLogits, networkLoss } from './network-loss.js';
import { unregularizedColumns } from './regularizer.js';
import { regularizerWeight } from './regularizer-schedule.js';
import { rescaledRegularizer } from './rescaled-regularizer.js';

const REFERENCE = [1, 0, -1];
const POSITIVE = [0.6, 1.4, -1.2];
const matrix = (...rows: number[][]): Matrix => matrixFromRows(rows);
const signalsOf = (...pairs: [q: number, d: number][]) => ({
  similarities: pairs.map(([q]) => q),
  distanceQuantiles: pairs.map(([, d]) => d),
});
const logitsOf = (positive: number[][], reference = positive.map(() => REFERENCE)): NetworkLogits => ({
  reference: matrix(...reference),
  negative: matrix(...reference),
  positive: matrix(...positive),
});

describe('the loss of an SDM network', () => {
  // Values computed in double precision from the formulas of arXiv 2502.20167 (§4.3), stable form.
  it.each([
    [Math.E - 2, 1, 0.928708, 0.535792],
    [10, 0.8, 0.220899, 0.463979],
    [0, 0.5, 2.030471, 0.225968],
    [5, 0, Math.log(6) / Math.log(7), 0],
  ])('with q %f and d %f has its value and distance', (q, d, loss, distance) => {
    const result = networkLoss(logitsOf([POSITIVE]), { targets: Int32Array.of(1), signals: signalsOf([q, d]) });
    // Six decimals are given; float32 log-probabilities add about 3e-7.
    expect(result.loss).toBeCloseTo(loss, 5);
    expect(result.distance).toBeCloseTo(distance, 5);
    expect(result.total).toBe(result.loss);
  });

  it('is a mean over tokens, each with the signals of its document', () => {
    const both = networkLoss(logitsOf([POSITIVE, POSITIVE]), {
      targets: Int32Array.of(1, 1),
      signals: signalsOf([10, 0.8], [0, 0.5]),
    });
    expect(both.loss).toBeCloseTo((0.220899 + 2.030471) / 2, 5);
    expect(both.distance).toBeCloseTo((0.463979 + 0.225968) / 2, 5);
  });

  it('gives a document with d = 0 no gradient, however wrong', () => {
    const logits = logitsOf([[5, -5, 0]]);
    const wanted = { targets: Int32Array.of(1), signals: signalsOf([7, 0]), regularizerWeight: 0.1 };
    const { loss, distance, gradient } = networkLoss(logits, wanted);
    expect(loss).toBeCloseTo(Math.log(6) / Math.log(9), 6);
    expect(distance).toBe(0);
    expect([...gradient.data].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it('at the start is at distance 0, with half of the reference probability in each half', () => {
    const { loss, distance, regularizer, gradient } = networkLoss(logitsOf([REFERENCE]), {
      targets: Int32Array.of(1),
      signals: signalsOf([Math.E - 2, 1]),
      regularizerWeight: 0.1,
    });
    const probability = Math.exp(0) / (Math.E + 1 + 1 / Math.E);
    // Float32 exponentials.
    expect(Math.exp(-loss)).toBeCloseTo(probability / 2, 6);
    expect(gradient.data[1]).toBeCloseTo(probability / 2 - 1, 6);
    expect([distance, regularizer]).toEqual([0, 1]);
  });

  it.each([
    ['a loss and distance above 1', [6, -5, 3], [-6, 5, -3], 1],
    ['a loss below 1', [0, 4, -4], [5, -1, -4], 0],
    ['a distance below 1', [0.6, -1.4, 1.2], [-0.6, 1.4, -1.2], 0],
  ])('has the gradient of finite differences with %s', (_, first, second, slopeSign) => {
    const wanted = { targets: Int32Array.of(1, 0), signals: signalsOf([0.4, 0.9], [3, 0.7]), regularizerWeight: 2 };
    const rows = [first, second];
    const { loss, distance, gradient } = networkLoss(logitsOf(rows), wanted);
    const { slope } = rescaledRegularizer(loss, distance);
    expect(Math.sign(slope)).toBe(slopeSign);
    // The exponent s is a constant to the gradient, so it stays that of the middle.
    const totalAt = (shifted: number[][]) => {
      const at = networkLoss(logitsOf(shifted), wanted);
      return at.loss + wanted.regularizerWeight * slope * at.distance;
    };
    const step = 1 / 64;
    rows.forEach((row, i) => {
      row.forEach((z, k) => {
        const shifted = (by: number) => rows.map((r, j) => (j === i ? r.with(k, z + by) : r));
        const difference = (totalAt(shifted(step)) - totalAt(shifted(-step))) / (2 * step);
        // Float32 rounding of values up to 10 over twice the step, and the third derivative times step².
        expect(gradient.data[i * 3 + k]).toBeCloseTo(difference, 3);
      });
    });
  });

  it('refuses shapes and targets that do not fit', () => {
    const signals = signalsOf([1, 1]);
    expect(() => networkLoss(logitsOf([POSITIVE]), { targets: Int32Array.of(3), signals })).toThrow(/in \[0, 3\)/);
    expect(() => networkLoss(logitsOf([POSITIVE]), { targets: Int32Array.of(), signals })).toThrow(/0 targets/);
  });
});

describe('the mask of the regulariser', () => {
  const flat = Float32Array.of(0, 0, 0, 0);
  const peak = (at: number) => flat.map((_, k) => (k === at ? 1 : 0));

  it('leaves out the reference’s choice in both halves, both models’ choices and the target', () => {
    const columns = (row: { reference: number; negative: number; positive: number; target: number }) => {
      const { reference, negative, positive, target } = row;
      const logits = { reference: peak(reference), negative: peak(negative), positive: peak(positive), target };
      return [...unregularizedColumns(logits)].sort((a, b) => a - b);
    };
    expect(columns({ reference: 2, negative: 2, positive: 2, target: 2 })).toEqual([2, 6]);
    expect(columns({ reference: 2, negative: 1, positive: 2, target: 2 })).toEqual([1, 2, 6]);
    expect(columns({ reference: 2, negative: 2, positive: 1, target: 2 })).toEqual([2, 5, 6]);
    expect(columns({ reference: 2, negative: 2, positive: 2, target: 3 })).toEqual([2, 6, 7]);
  });

  it('is that of the worked value', () => {
    const [reference, positive] = [Float32Array.from(REFERENCE), Float32Array.from(POSITIVE)];
    expect(unregularizedColumns({ reference, negative: reference, positive, target: 1 })).toEqual(new Set([0, 3, 4]));
  });
});

it.each([
  [4, 9, 2],
  [9, 4, 2],
  [0.5, 9, 1],
  [4, 0.5, 1],
  [2, 2, Math.SQRT2],
])('rescales the regulariser of loss %f and distance %f to %f', (loss, distance, wanted) => {
  // ε of 1.2e-7 in the logarithms.
  expect(rescaledRegularizer(loss, distance).value).toBeCloseTo(wanted, 6);
});

it('has the slope (s / 2) · r^(s / 2 − 1) of the rescaled regulariser, and none where it is 1', () => {
  const s = Math.log(4) / Math.log(9);
  expect(rescaledRegularizer(4, 9).slope).toBeCloseTo((s / 2) * 9 ** (s / 2 - 1), 6);
  expect(rescaledRegularizer(9, 4).slope).toBeCloseTo(0.5 * 4 ** -0.5, 6);
  expect(rescaledRegularizer(0.5, 9).slope).toBe(0);
  expect(rescaledRegularizer(4, 0.5).slope).toBe(0);
});

it('raises the weight of the regulariser within an epoch, the last batch one step short', () => {
  const weights = [0, 1, 2, 3].map((batch) => regularizerWeight(batch, 4));
  // Sums of decimal fractions in doubles.
  [0, 0.025, 0.05, 0.075].forEach((wanted, batch) => expect(weights[batch]).toBeCloseTo(wanted, 12));
  expect(regularizerWeight(1, 2, { from: 1, to: 2 })).toBe(1.5);
});
