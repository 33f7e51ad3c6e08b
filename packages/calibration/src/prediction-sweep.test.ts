import { createMatrix, createRandom, rowOf } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignedAlpha } from './admits.js';
import { alphaLadder } from './alpha-ladder.js';
import type { CalibrationScores } from './calibration-scores.js';
import { findHighReliabilityRegion, type HighReliabilityRegion } from './high-reliability-region.js';
import { selectiveReport } from './metrics/selective-report.js';
import { findNestedRegions } from './nested-regions.js';
import { type SimulatedLaw, simulateRows } from './simulation/simulated-rows.js';

const requirement = 'byLabelAndPrediction';

/** Small simulated calibration sets, many with ties, imbalance and label noise. */
const arbitraryScores = fc
  .record({
    seed: fc.nat(100_000),
    rowCount: fc.integer({ min: 5, max: 120 }),
    law: fc.record<SimulatedLaw>({
      classCount: fc.integer({ min: 2, max: 4 }),
      imbalance: fc.constantFrom(1, 3, 8),
      labelNoise: fc.constantFrom(0, 0.05),
      tieSteps: fc.constantFrom(undefined, 4, 12),
    }),
  })
  .map(({ seed, rowCount, law }): CalibrationScores => simulateRows(law, rowCount, createRandom(seed)));

describe('regions under the requirement byLabelAndPrediction', () => {
  it('equal the literal definition bit for bit', () => {
    const found = { regions: 0, different: 0 };
    fc.assert(
      fc.property(arbitraryScores, fc.constantFrom(0.05, 0.1, 0.02), (scores, alphaResolution) => {
        const { regions } = findNestedRegions(scores, { alphaResolution, requirement });
        expect(regions).toEqual(literalLadder(scores, alphaLadder(alphaResolution)));
        found.regions += regions.length;
        const byLabel = findNestedRegions(scores, { alphaResolution }).regions;
        if (JSON.stringify(byLabel) !== JSON.stringify(regions)) found.different++;
      }),
      { numRuns: 200 },
    );
    // Not empty talk: most sets have regions, and often other ones than by label alone.
    expect(found.regions).toBeGreaterThan(100);
    expect(found.different).toBeGreaterThan(20);
  });

  it('keep the target in every predicted class of the calibration rows, at every rung and cumulatively', () => {
    fc.assert(
      fc.property(arbitraryScores, (scores) => {
        const { regions } = findNestedRegions(scores, { requirement });
        const alphas = Array.from(scores.labels, (_, i) => assignedAlpha(regions, scoredRow(scores, i)));
        for (const { targetAccuracy } of regions) {
          const admitted = alphas.map((alpha) => alpha >= targetAccuracy);
          const { byPrediction } = selectiveReport({ ...scores, admitted, classCount: scores.probabilities.columns });
          // (1 − target) · n is rounded to 10 decimals in the rule.
          for (const { accuracy } of byPrediction) expect(accuracy ?? 1).toBeGreaterThanOrEqual(targetAccuracy - 1e-9);
        }
      }),
    );
  });

  it('are those of byLabel where these keep the requirement already', () => {
    const scores = simulateRows({ classCount: 2, imbalance: 1, labelNoise: 0 }, 1000, createRandom(3));
    const byLabel = findHighReliabilityRegion(scores, { targetAccuracy: 0.8 });
    expect(findHighReliabilityRegion(scores, { targetAccuracy: 0.8, requirement })).toEqual(byLabel);
  });

  it('report which predicted class was short and by how many rows', () => {
    // Three right rows of each class, and one of class 0 that is predicted to be 1 with the same output.
    const outputs = [0.99, 0.99, 0.99, 0.01, 0.01, 0.01, 0.01];
    const scores: CalibrationScores = {
      probabilities: createMatrix(7, 2, Float32Array.from(outputs.flatMap((p) => [p, 1 - p]))),
      rescaledSimilarities: new Float32Array(7).fill(5),
      labels: Int32Array.of(0, 0, 0, 1, 1, 1, 0),
      predictions: Int32Array.of(0, 0, 0, 1, 1, 1, 1),
    };
    const { rungs } = findNestedRegions(scores, { alphaResolution: 0.3, requirement });
    expect(rungs[0]).toMatchObject({
      targetAccuracy: 0.7,
      exists: true,
      closest: { predictions: [{ wrong: 0 }, { wrong: 1 }] },
    });
    const strict = findNestedRegions(
      { ...scores, labels: Int32Array.of(0, 0, 0, 1, 1, 0, 0) },
      { alphaResolution: 0.4, requirement },
    );
    expect(strict.rungs[0]).toMatchObject({
      exists: false,
      shortfall: 'predictions-below-target',
      shortestClass: 1,
      closest: { minRescaledSimilarity: 5, predictions: [{ admitted: 3 }, { admitted: 4, wrong: 2, allowed: 1 }] },
    });
  });
});

function scoredRow({ probabilities, predictions, rescaledSimilarities }: CalibrationScores, i: number) {
  return {
    probabilities: rowOf(probabilities, i),
    prediction: predictions[i]!,
    rescaledSimilarity: rescaledSimilarities[i]!,
  };
}

/** Every threshold tried anew, every quantile sorted anew, every admitted row counted anew. */
function literalLadder(scores: CalibrationScores, ladder: number[]): HighReliabilityRegion[] {
  const { labels, predictions, probabilities, rescaledSimilarities: q } = scores;
  const regions: HighReliabilityRegion[] = [];
  let residual = [...labels.keys()].filter((i) => q[i]! >= 1);
  for (const targetAccuracy of ladder) {
    const share = Number((1 - targetAccuracy).toFixed(10));
    for (const threshold of [...new Set(residual.map((i) => q[i]!))].sort((a, b) => a - b)) {
      const classThresholds = Array.from({ length: probabilities.columns }, (_, c) => {
        const kept = residual.filter((i) => q[i]! >= threshold && labels[i] === c);
        const values = kept.map((i) => rowOf(probabilities, i)[c]!).sort((a, b) => a - b);
        return values[Math.trunc(share * values.length)] ?? 0;
      });
      if (classThresholds.some((value) => value < Math.fround(targetAccuracy))) continue;
      const admitted = residual.filter((i) => {
        const row = rowOf(probabilities, i);
        const reached = classThresholds.flatMap((value, c) => (row[c]! >= value ? [c] : []));
        return q[i]! >= threshold && reached.length === 1 && reached[0] === predictions[i];
      });
      const isKept = classThresholds.every((_, c) => {
        const group = admitted.filter((i) => predictions[i] === c);
        return group.filter((i) => labels[i] !== c).length <= Math.trunc(share * group.length);
      });
      if (!isKept) continue;
      regions.push({ targetAccuracy, minRescaledSimilarity: threshold, classThresholds });
      residual = residual.filter((i) => !admitted.includes(i));
      break;
    }
  }
  return regions;
}
