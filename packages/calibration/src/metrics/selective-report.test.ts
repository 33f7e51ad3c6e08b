import { describe, expect, it } from 'vitest';
import { balancedAccuracy, balancedMean } from './balanced.js';
import { binomialInterval } from './binomial-interval.js';
import { isIndexConditional } from './index-conditional.js';
import { selectiveReport } from './selective-report.js';

const labels = Int32Array.of(0, 0, 0, 1, 1, 1);
const predictions = Int32Array.of(0, 0, 1, 1, 1, 0);

describe('selectiveReport', () => {
  it('counts the admitted by prediction and by true class', () => {
    const report = selectiveReport({ labels, predictions, admitted: [1, 1, 1, 1, 0, 0], classCount: 2 });
    expect([report.rowCount, report.admittedCount, report.correctCount]).toEqual([6, 4, 3]);
    expect(report.admittedShare).toEqual(binomialInterval(4, 6));
    expect(report.accuracy).toEqual(binomialInterval(3, 4));
    expect(report.byPrediction).toEqual([
      { class: 0, rowCount: 3, admitted: 2, correct: 2, accuracy: 1, interval: binomialInterval(2, 2) },
      { class: 1, rowCount: 3, admitted: 2, correct: 1, accuracy: 0.5, interval: binomialInterval(1, 2) },
    ]);
    expect(report.byLabel).toEqual([
      { class: 0, rowCount: 3, admitted: 3, correct: 2, accuracy: 2 / 3, interval: binomialInterval(2, 3) },
      { class: 1, rowCount: 3, admitted: 1, correct: 1, accuracy: 1, interval: binomialInterval(1, 1) },
    ]);
  });

  it('has no accuracy where nothing is admitted, and takes booleans and another confidence', () => {
    const report = selectiveReport({
      labels,
      predictions,
      admitted: labels.map(() => 0),
      classCount: 3,
      confidence: 0.8,
    });
    expect(report.accuracy).toBeNull();
    expect(report.byLabel[2]).toEqual({
      class: 2,
      rowCount: 0,
      admitted: 0,
      correct: 0,
      accuracy: null,
      interval: null,
    });
    expect(report.admittedShare).toEqual(binomialInterval(0, 6, 0.8));
    const all = selectiveReport({ labels, predictions, admitted: Array.from(labels, () => true), classCount: 2 });
    expect(all.admittedCount).toBe(6);
  });

  it('refuses no rows, marks of another count and unknown labels', () => {
    const admitted = [1, 1, 1, 1, 0, 0];
    expect(() => selectiveReport({ labels: labels.subarray(0, 0), predictions, admitted, classCount: 2 })).toThrow(
      /no rows/,
    );
    expect(() => selectiveReport({ labels, predictions, admitted: [1], classCount: 2 })).toThrow(/wanted 6/);
    const unlabeled = Int32Array.of(-1, 0, 0, 1, 1, 1);
    expect(() => selectiveReport({ labels: unlabeled, predictions, admitted, classCount: 2 })).toThrow(/row 0 is -1/);
  });
});

describe('isIndexConditional', () => {
  it('wants the target in every group, and lets empty groups pass', () => {
    const of = (admitted: number[]) => selectiveReport({ labels, predictions, admitted, classCount: 2 });
    expect(isIndexConditional(of([1, 1, 0, 1, 1, 0]), 0.95)).toBe(true);
    expect(isIndexConditional(of([1, 1, 1, 1, 1, 0]), 0.95)).toBe(false);
    expect(isIndexConditional(of([0, 0, 0, 0, 0, 0]), 0.95)).toBe(true);
    expect(isIndexConditional(of([1, 1, 1, 1, 1, 0]), 2 / 3)).toBe(true);
  });
});

describe('balancedAccuracy and balancedMean', () => {
  it('weigh the classes the same', () => {
    expect(balancedAccuracy(Int32Array.of(0, 0, 0, 1), Int32Array.of(0, 0, 0, 0), 2)).toBe(0.5);
    expect(balancedMean([1, 1, 1, 5], Int32Array.of(0, 0, 0, 1), 2)).toBe(3);
  });

  it('refuse a class without rows and counts that differ', () => {
    expect(() => balancedMean([1], Int32Array.of(0), 2)).toThrow(/class 1 has no row/);
    expect(() => balancedMean([1], labels, 2)).toThrow(/wanted 6/);
    expect(() => balancedAccuracy(labels, Int32Array.of(0), 2)).toThrow(/wanted 6/);
  });
});
