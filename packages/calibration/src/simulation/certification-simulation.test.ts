import { createRandom, rowOf } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { assignedAlpha } from '../admits.js';
import { isIndexConditional } from '../metrics/index-conditional.js';
import { selectiveReport } from '../metrics/selective-report.js';
import { findNestedRegions } from '../nested-regions.js';
import { measureCertification } from './measure-certification.js';
import { type SimulatedLaw, simulateRows } from './simulated-rows.js';
import { trueAccuracies } from './true-accuracies.js';

const laws: [name: string, law: SimulatedLaw, calibrationRowCount: number, freshRowCount: number][] = [
  ['two classes', { classCount: 2, imbalance: 1, labelNoise: 0 }, 400, 800],
  ['two classes 5 : 1', { classCount: 2, imbalance: 5, labelNoise: 0 }, 600, 800],
  ['three classes with ties', { classCount: 3, imbalance: 1, labelNoise: 0, tieSteps: 10 }, 600, 900],
  ['five classes 2 : 1 : … with label noise', { classCount: 5, imbalance: 2, labelNoise: 0.03 }, 1000, 1500],
];

describe('certification of simulated ladders', () => {
  // The full table, with more settings and more rows, is docs/results/certification.md.
  it.each(laws)('is wrong in at most δ of 500 draws: %s', (_, law, calibrationRowCount, freshRowCount) => {
    const sizes = { calibrationRowCount, freshRowCount, drawCount: 500, signalCount: 15_000 };
    const measured = measureCertification({ law, ...sizes, seed: 0, confidence: 0.9 });
    const most = 500 * (0.1 + 3 * Math.sqrt((0.1 * 0.9) / 500)); // δ + 3 binomial standard errors
    for (const { wrongDraws } of measured.corrections) expect(wrongDraws).toBeLessThanOrEqual(most);
    expect(measured.wrongRefutationDraws).toBeLessThanOrEqual(most);
    const [sequence, holm, strictestFirst] = measured.corrections.map(({ certifiedRungs }) => certifiedRungs);
    expect(sequence).toBeGreaterThanOrEqual(holm!);
    expect(sequence).toBeGreaterThanOrEqual(strictestFirst!);
  });

  it('knows the true accuracies: those of 200,000 rows, within their errors', () => {
    const law = { classCount: 3, imbalance: 3, labelNoise: 0.02 };
    const random = createRandom(1);
    const { regions } = findNestedRegions(simulateRows(law, 1000, random));
    const rows = simulateRows(law, 200_000, random);
    const alphas = Float64Array.from(rows.labels, (_, i) =>
      assignedAlpha(regions, {
        probabilities: rowOf(rows.probabilities, i),
        prediction: rows.predictions[i]!,
        rescaledSimilarity: rows.rescaledSimilarities[i]!,
      }),
    );
    trueAccuracies(regions, law, simulateRows(law, 100_000, random)).forEach((groups, k) => {
      const admitted = Uint8Array.from(alphas, (alpha) => Number(alpha >= regions[k]!.targetAccuracy));
      const report = selectiveReport({ ...rows, admitted, classCount: 3 });
      [...report.byLabel, ...report.byPrediction].forEach(({ accuracy, admitted: count }, group) => {
        // Four binomial standard errors of the counted rows; those of the signals are smaller by far.
        const error = Math.sqrt((accuracy! * (1 - accuracy!)) / count);
        expect(Math.abs(groups[group]!.accuracy - accuracy!)).toBeLessThan(4 * error + 0.002);
        expect(Math.abs(groups[group]!.share - count / 200_000)).toBeLessThan(0.005);
      });
      const isRight = groups.every(({ accuracy }) => accuracy >= regions[k]!.targetAccuracy + 0.01);
      if (isRight) expect(isIndexConditional(report, regions[k]!.targetAccuracy)).toBe(true);
    });
  });
});
