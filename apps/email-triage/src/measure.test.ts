import type { Estimate } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { measureRules } from './measure.js';
import { formatShare, resultsTable } from './report/results-table.js';

/** Only what the rules look at. */
const estimate = (prediction: number, { logit = 0, probability = 0.5, admitted = false } = {}) =>
  ({
    prediction,
    probability,
    admitted,
    logits: prediction === 0 ? [logit, 0] : [0, logit],
  }) as Partial<Estimate> as Estimate;

const judged = [
  { label: 0, estimate: estimate(0, { logit: 9, probability: 0.99, admitted: true }) },
  { label: 0, estimate: estimate(1, { logit: 9, probability: 0.96 }) },
  { label: 1, estimate: estimate(1, { logit: 9 }) },
  { label: 1, estimate: estimate(0, { logit: 1 }) },
];

it('counts what each rule admits and how much of that is right, by prediction and by true class', () => {
  const reports = Object.fromEntries(measureRules(judged, 0.95).map((report) => [report.rule, report]));
  expect(reports['no-reject']!.all).toEqual({ total: 4, admitted: 4, right: 2 });
  expect(reports['softmax']!.all).toEqual({ total: 4, admitted: 3, right: 2 }); // softmax of 9 and 0 is .9999, of 1 and 0 .73
  expect(reports['sdm']!.all).toEqual({ total: 4, admitted: 2, right: 1 });
  expect(reports['region']!.byPrediction).toEqual([
    { total: 2, admitted: 1, right: 1 },
    { total: 2, admitted: 0, right: 0 },
  ]);
  expect(reports['sdm']!.byLabel).toEqual([
    { total: 2, admitted: 2, right: 1 },
    { total: 2, admitted: 0, right: 0 },
  ]);
});

it('leaves accuracy open where there is no true class, and prints exact intervals', () => {
  const measured = (rows: Parameters<typeof measureRules>[0]) => measureRules(rows, 0.95);
  const sets = {
    test: measured(judged),
    hardHam: measured(judged.slice(0, 2)),
    brown: measured(judged.map((row) => ({ ...row, label: undefined }))),
    shuffled: measured(judged),
  };
  const counts = { support: 1, calibration: 1, test: 4, hardHam: 2, brown: 4, shuffled: 4 };
  const lines = resultsTable({
    mails: 32,
    seed: 0,
    targetAccuracy: 0.95,
    device: '',
    counts,
    minRescaledSimilarity: null,
    seconds: {},
    sets,
  }).split('\n');
  expect(lines).toHaveLength(2 + 4 * 9);
  expect(lines[3]).toMatch(/no-reject +\.500 \/ 1\.00/);
  expect(lines[4]).toContain('.068–.932 / .398–1.00'); // Clopper–Pearson of 2 of 4 and of 4 of 4
  expect(lines.slice(20, 29).join('')).toMatch(/– \/ 1\.00.*– \/ \.750/);
  expect(formatShare(0.0004)).toBe('.000');
});
