import { matrixFromRows } from '@sdmjs/core';
import type { Estimate } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { distributionSummary } from './distribution-summary.js';
import { evaluationReport } from './evaluation-report.js';
import { encodeScoredRow, scoredRow } from './scored-rows.js';
import { scoreFixture } from './testing/score-fixture.js';

const estimator = scoreFixture();
// The first four inputs of the score interchange fixture of reexpress-sdm 0.4.8: regions .9, .8, none and none.
const inputs = matrixFromRows([
  [2, 0],
  [0, 1],
  [0, 0],
  [4, 4],
]);
const estimates: readonly Estimate[] = await estimator.estimateAll(inputs, { nearestCount: 1 });
const labels = [0, 1, 1, 0];

it('writes compact scored rows with the keys and numbers of reexpress-sdm 0.4.8', () => {
  const line = encodeScoredRow(estimator, { id: 'é', label: 0, estimate: estimates[0]! });
  expect(line).toBe(
    '{"modelID":"python-score-interchange-v1","id":"\\u00e9","prediction":0,"q":2,"d0":0,"d":1,"qPrime":2,' +
      '"nearestSupportIndex":1,"nearestSupportID":"s1","centroidRegionAlpha":0.9,"lowerRegionAlpha":0.9,' +
      '"isInMostConservativeRegion":true,"isInMostConservativeRegionLower":true,' +
      '"nearestSupportMatches":[{"supportIndex":1,"id":"s1","label":0,"predictedLabel":0,"squaredDistance":0}],"label":0}\n',
  );
  expect(scoredRow(estimator, { id: 'x', label: -1, estimate: estimates[1]! })).toMatchObject({
    centroidRegionAlpha: 0.8,
    lowerRegionAlpha: 0,
    isInMostConservativeRegion: false,
    isInMostConservativeRegionLower: false,
    label: -1,
  });
});

it('reports accuracies by true class and by prediction, overall and for what each region admits', () => {
  const options = { estimates, labels, classCount: 2, targetAccuracies: [0.8, 0.9] };
  const { evaluation } = evaluationReport({ ...options, labels: [0, 1, 1, -99] });
  expect(evaluation).toMatchObject({ totalRows: 4, evaluatedRows: 3, unlabeledRows: 0, explicitOODRows: 1 });
  const full = evaluationReport(options).evaluation;
  // Predictions 0 1 0 0 against labels 0 1 1 0.
  expect(full.overall).toEqual({
    marginal: { count: 4, correct: 3, accuracy: 0.75, defined: true },
    byTrueClass: [
      { class: 0, count: 2, correct: 2, accuracy: 1, defined: true },
      { class: 1, count: 2, correct: 1, accuracy: 0.5, defined: true },
    ],
    byPrediction: [
      { class: 0, count: 3, correct: 2, accuracy: 2 / 3, defined: true },
      { class: 1, count: 1, correct: 1, accuracy: 1, defined: true },
    ],
    minimumDefinedTrueClassAccuracy: 0.5,
    minimumTrueClassAccuracy: 0.5,
    allTrueClassCellsDefined: true,
    minimumDefinedPredictionConditionalAccuracy: 2 / 3,
    minimumPredictionConditionalAccuracy: 2 / 3,
    allPredictionConditionalCellsDefined: true,
    minimumConditionalAccuracy: 0.5,
    allConditionalCellsDefined: true,
  });
  const [strict, lax] = full.centroid.perAlphaCumulative;
  expect(strict).toMatchObject({
    alpha: 0.9,
    admissionCount: 1,
    admission: 0.25,
    marginal: { count: 1, correct: 1, accuracy: 1 },
    minimumDefinedTrueClassAccuracy: 1,
    minimumTrueClassAccuracy: null,
    allTrueClassCellsDefined: false,
    minimumConditionalAccuracy: null,
  });
  expect(strict!.byTrueClass[1]).toEqual({ class: 1, count: 0, correct: 0, accuracy: null, defined: false });
  expect(lax).toMatchObject({ alpha: 0.8, admissionCount: 2, minimumConditionalAccuracy: 1 });
  expect(full.centroid.rejected).toEqual({ count: 2, proportion: 0.5 });
  expect(full.lower.perAlphaCumulative.map(({ admissionCount }) => admissionCount)).toEqual([1, 1]);
  expect(full.lower.rejected).toEqual({ count: 3, proportion: 0.75 });
});

it('summarises signals with interpolated quantiles and equal bins', () => {
  const { signals, predictionFrequencies, count } = distributionSummary(estimates, { classCount: 2, histogramBins: 2 });
  expect(count).toBe(4);
  // q is 2 2 1 0.
  expect(signals.q).toEqual({
    count: 4,
    minimum: 0,
    maximum: 2,
    mean: 1.25,
    quantiles: { '0.0': 0, '0.05': expect.closeTo(0.15, 12), '0.25': 0.75, '0.5': 1.5, '0.75': 2, '0.95': 2, '1.0': 2 },
    histogram: { edges: [0, 1, 2], counts: [1, 3] },
  });
  expect(predictionFrequencies).toEqual([
    { class: 0, count: 3, proportion: 0.75 },
    { class: 1, count: 1, proportion: 0.25 },
  ]);
  expect(signals.logitMargin.quantiles['1.0']).toBe(2);
  const alike = distributionSummary(estimates.slice(0, 1), { classCount: 2 }).signals.q;
  expect(alike.histogram).toEqual({ edges: [1.5, 2.5], counts: [1] });
  const none = distributionSummary([], { classCount: 2 });
  expect(none.signals.q).toMatchObject({ count: 0, minimum: null, mean: null, quantiles: {} });
  expect(none.predictionFrequencies[0]).toEqual({ class: 0, count: 0, proportion: null });
});

it('refuses bins that are none, and no rows', () => {
  const code = (wanted: string) => expect.objectContaining({ code: wanted });
  expect(() => distributionSummary(estimates, { classCount: 2, histogramBins: 0 })).toThrowError(code('out-of-range'));
  const nothing = { estimates: [], labels: [], classCount: 2, targetAccuracies: [] };
  expect(() => evaluationReport(nothing)).toThrowError(code('empty-input'));
});
