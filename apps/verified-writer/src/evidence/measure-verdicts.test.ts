import { expect, test } from 'vitest';
import { type MeasuredEstimate, measureVerdicts } from './measure-verdicts.js';

function estimateOf(prediction: number, probability: number, regionAlpha: number): MeasuredEstimate {
  const probabilities = prediction === 1 ? [1 - probability, probability] : [probability, 1 - probability];
  return { prediction, probability, probabilities, regionAlpha, similarity: 10 * regionAlpha, distanceQuantile: 0.5 };
}

test('verdicts are counted without rejection and in the region, by true class and by prediction', () => {
  const estimates = [
    estimateOf(1, 0.99, 0.95),
    estimateOf(1, 0.97, 0.95),
    estimateOf(0, 0.96, 0.95),
    estimateOf(0, 0.7, 0),
  ];
  const measured = measureVerdicts(estimates, Int32Array.of(1, 0, 0, 1), 0.95);
  expect(measured.correctCount).toBe(2);
  expect(measured.noReject).toMatchObject({ rowCount: 4, admitted: 4, right: 2 });
  expect(measured.region).toEqual({
    rowCount: 4,
    admitted: 3,
    right: 2,
    byLabel: [
      { rowCount: 2, admitted: 2, right: 1 },
      { rowCount: 2, admitted: 1, right: 1 },
    ],
    byPrediction: [
      { rowCount: 2, admitted: 1, right: 1 },
      { rowCount: 2, admitted: 2, right: 1 },
    ],
  });
  expect(measured.probabilityShare).toBe(0.75);
  expect(measured.meanProbability).toBeCloseTo(0.905, 12);
  expect(measured.meanSimilarity).toBeCloseTo(7.125, 12);
  // By SDM at the prediction: right, wrong, right, wrong. By SDM of verified: right, wrong, right, wrong.
  expect(measured.verdictRiskArea).toBeCloseTo((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4, 12);
  expect(measured.answerRiskArea).toBeCloseTo((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4, 12);
});
