import { describe, expect, it } from 'vitest';
import { admits, assignedAlpha } from './admits.js';
import { findHighReliabilityRegion } from './high-reliability-region.js';
import { rescaledSimilarities, rescaledSimilarity } from './rescaled-similarity.js';

const region = { targetAccuracy: 0.9, minRescaledSimilarity: 2, classThresholds: [0.9, 0.6] };
const row = { probabilities: [0.95, 0.05], prediction: 0, rescaledSimilarity: 3 };

describe('admits', () => {
  it('compares in float32, so that a stored 0.9 admits a computed 0.9', () => {
    const atThreshold = { ...row, probabilities: Float32Array.of(0.9, 0.1), rescaledSimilarity: 2 };
    expect(admits(region, atThreshold)).toBe(true);
    expect(admits({ ...region, minRescaledSimilarity: 2.1 }, { ...row, rescaledSimilarity: Math.fround(2.1) })).toBe(
      true,
    );
  });

  it('rejects a row that reaches the thresholds of two classes, or of a class that is not predicted', () => {
    const loose = { ...region, classThresholds: [0.4, 0.4] };
    expect(admits(loose, { ...row, probabilities: [0.5, 0.5], prediction: 0 })).toBe(false);
    expect(admits(loose, { ...row, probabilities: [0.5, 0.5], prediction: 1 })).toBe(false);
    expect(admits(loose, { ...row, probabilities: [0.7, 0.3], prediction: 1 })).toBe(false);
  });

  it("rejects by whole q': 1.99 is out of distribution at a limit of 1", () => {
    const low = { ...region, minRescaledSimilarity: 0 };
    expect(admits(low, { ...row, rescaledSimilarity: 1.99 }, { outOfDistributionLimit: 1 })).toBe(false);
    expect(admits(low, { ...row, rescaledSimilarity: 2 }, { outOfDistributionLimit: 1 })).toBe(true);
    expect(admits(low, { ...row, rescaledSimilarity: 0.99 })).toBe(false);
  });

  it('admits nothing where there is no region, and nothing that is not a number', () => {
    const scores = {
      probabilities: { data: Float32Array.of(0.9, 0.1), rows: 1, columns: 2 },
      rescaledSimilarities: Float32Array.of(3),
      labels: Int32Array.of(1),
      predictions: Int32Array.of(0),
    };
    const none = findHighReliabilityRegion(scores, { targetAccuracy: 0.9 });
    expect(none).toEqual({ targetAccuracy: 0.9, minRescaledSimilarity: Number.POSITIVE_INFINITY, classThresholds: [] });
    expect(admits(none, row)).toBe(false);
    expect(admits(region, { ...row, rescaledSimilarity: Number.NaN })).toBe(false);
    expect(admits(region, { ...row, probabilities: [Number.NaN, Number.NaN] })).toBe(false);
  });

  it('assigns the first target that admits, and 0 without one', () => {
    const ladder = [region, { ...region, targetAccuracy: 0.8, minRescaledSimilarity: 1 }];
    expect(assignedAlpha(ladder, row)).toBe(0.9);
    expect(assignedAlpha(ladder, { ...row, rescaledSimilarity: 1 })).toBe(0.8);
    expect(assignedAlpha(ladder, { ...row, rescaledSimilarity: 0 })).toBe(0);
    expect(assignedAlpha([], row)).toBe(0);
  });
});

describe('rescaledSimilarity', () => {
  it('is 0 without similarity, never above q, and at least 1 where q is', () => {
    expect(rescaledSimilarity(0, 1)).toBe(0);
    expect(rescaledSimilarity(5, 1)).toBe(5);
    expect(rescaledSimilarity(5, 0)).toBe(1);
    expect(rescaledSimilarity(5, 0.5)).toBeCloseTo(Math.sqrt(7), 6); // float32
    expect(rescaledSimilarity(5, 0.5, { similarityOffset: 4 })).toBe(3);
  });

  it('takes the probability of the predicted class of each row', () => {
    const probabilities = { data: Float32Array.of(0.5, 0.5, 1, 0), rows: 2, columns: 2 };
    const rescaled = rescaledSimilarities([7, 7], probabilities, { predictions: Int32Array.of(1, 1) });
    expect([...rescaled]).toEqual([3, 1]);
    expect(() => rescaledSimilarities([7], probabilities, { predictions: Int32Array.of(1, 1) })).toThrow(/wanted 2/);
    expect(() => rescaledSimilarities([7, 7], probabilities, { predictions: Int32Array.of(1, 2) })).toThrow(
      /row 1 is 2/,
    );
  });
});
