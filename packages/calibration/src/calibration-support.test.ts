import { createMatrix, createRandom } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { alphaLadder } from './alpha-ladder.js';
import { calibrationSupport } from './calibration-support.js';
import { certifyRungs } from './certification/certify-rungs.js';
import { findHighReliabilityRegion } from './high-reliability-region.js';
import { splitCoverage } from './metrics/split-coverage.js';

describe('calibrationSupport', () => {
  it('tells which targets the counts can support, and from how many rows on', () => {
    const ladder = [0.99, 0.95, 0.9];
    const support = calibrationSupport([40, 15], { targetAccuracies: ladder });
    expect(support.map(({ verdict }) => verdict)).toEqual(['no-row-may-fail', 'no-row-may-fail', 'quantile']);
    expect(support.map(({ quantileCount }) => quantileCount)).toEqual([100, 20, 10]);
    // 0.99^299 < .05 < 0.99^298, .95^59 < .05 < .95^58, .9^29 < .05 < .9^28.
    expect(support.map(({ provingCount }) => provingCount)).toEqual([299, 59, 29]);
    expect(support[2]!.classes).toMatchObject([
      { count: 40, allowed: 4 },
      { count: 15, allowed: 1 },
    ]);
    expect(support.every(({ shortestClass }) => shortestClass === 1)).toBe(true);
    expect(support[0]!.classes[1]!.largestProvable).toBeCloseTo(0.05 ** (1 / 15), 14); // closed form
    const [none] = calibrationSupport([3, 0], { targetAccuracies: [0.9] });
    expect(none).toMatchObject({
      verdict: 'none',
      shortestClass: 1,
      classes: [{}, { coverage: null, largestProvable: 0 }],
    });
  });

  it('agrees with the region on how many rows may fall short, at its smallest counts on every rung of fine ladders', () => {
    for (const targetAccuracy of [...alphaLadder(0.05), ...alphaLadder(0.03)]) {
      const quantileCount = calibrationSupport([1], { targetAccuracies: [targetAccuracy] })[0]!.quantileCount;
      for (const [count, exists] of [
        [quantileCount, true],
        [quantileCount - 1, false],
      ] as const) {
        // All but one of each class are at 1, and that one is far under every target.
        const outputs = (c: number) =>
          Array.from({ length: count }, (_, i) => (i === 0 ? [0.5, 0.5] : [1 - c, c])).flat();
        const scores = {
          probabilities: createMatrix(2 * count, 2, Float32Array.from([...outputs(0), ...outputs(1)])),
          rescaledSimilarities: new Float32Array(2 * count).fill(1),
          labels: Int32Array.from({ length: 2 * count }, (_, i) => Number(i >= count)),
          predictions: Int32Array.from({ length: 2 * count }, (_, i) => Number(i >= count)),
        };
        const { minRescaledSimilarity } = findHighReliabilityRegion(scores, { targetAccuracy });
        expect(Number.isFinite(minRescaledSimilarity)).toBe(exists);
      }
    }
  });

  it('agrees with the certificate on how few rows can show a target', () => {
    const provingCount = calibrationSupport([1], { targetAccuracies: [0.8], confidence: 0.9 })[0]!.provingCount;
    const outcome = (count: number) => {
      const labels = Int32Array.from({ length: 2 * count }, (_, i) => i % 2);
      const rows = {
        labels,
        predictions: labels,
        assignedAlphas: labels.map(() => 1),
        classCount: 2,
        targetAccuracies: [0.8],
      };
      return certifyRungs(rows, { confidence: 0.9 }).rungs[0]!.outcome;
    };
    expect(outcome(provingCount)).toBe('certified');
    expect(outcome(provingCount - 1)).toBe('not-enough-rows');
  });

  it('refuses what are no counts, targets or confidence', () => {
    expect(() => calibrationSupport([], { targetAccuracies: [0.9] })).toThrow(/one count a class/);
    expect(() => calibrationSupport([1.5], { targetAccuracies: [0.9] })).toThrow(/got 1.5/);
    expect(() => calibrationSupport([1], { targetAccuracies: [0.5] })).toThrow(/got 0.5/);
    expect(() => calibrationSupport([1], { targetAccuracies: [0.9], confidence: 1 })).toThrow(/confidence/);
  });
});

describe('splitCoverage', () => {
  it('has the closed forms of Beta(n, 1) and Beta(1, n)', () => {
    // Distribution functions x^n and 1 − (1 − x)^n; double precision.
    expect(splitCoverage(20, 20).lower).toBeCloseTo(0.025 ** (1 / 20), 12);
    expect(splitCoverage(20, 20).upper).toBeCloseTo(0.975 ** (1 / 20), 12);
    expect(splitCoverage(1, 20).lower).toBeCloseTo(1 - 0.975 ** (1 / 20), 12);
    expect(splitCoverage(19, 20)).toMatchObject({ mean: 19 / 21 });
    expect(splitCoverage(2, 3).standardDeviation).toBeCloseTo(Math.sqrt(1 / 20), 14); // Beta(2, 2)
  });

  it('is how the coverage of a threshold varies over 20,000 drawn calibration sets', () => {
    const random = createRandom(2);
    const [covered, count, drawCount] = [46, 50, 20_000];
    // Uniform values: the coverage of "at or above the threshold" is 1 − threshold. 4 of 50 lie under it.
    const coverages = Array.from({ length: drawCount }, () => {
      const values = Float64Array.from({ length: count }, () => random.nextDouble()).sort();
      return 1 - values[count - covered]!;
    }).sort((a, b) => a - b);
    const wanted = splitCoverage(covered, count, 0.9);
    const mean = coverages.reduce((total, value) => total + value, 0) / drawCount;
    // Four standard errors of a mean; quantiles at 5 % have standard errors of about √(.05 · .95 / 20000) / density < .001.
    expect(Math.abs(mean - wanted.mean)).toBeLessThan((4 * wanted.standardDeviation) / Math.sqrt(drawCount));
    expect(Math.abs(coverages[0.05 * drawCount]! - wanted.lower)).toBeLessThan(0.004);
    expect(Math.abs(coverages[0.95 * drawCount]! - wanted.upper)).toBeLessThan(0.004);
  });

  it('refuses ranks outside the sample', () => {
    for (const [covered, count] of [
      [0, 3],
      [4, 3],
      [1.5, 3],
    ] as const) {
      expect(() => splitCoverage(covered, count)).toThrow(/1 <= covered <= count/);
    }
    expect(() => splitCoverage(1, 3, 0)).toThrow(/confidence/);
  });
});
