import type { RungReport } from '@sdmjs/calibration';
import { expect, test } from 'vitest';
import type { VerifiedAnswer } from '../stages/verify-set.js';
import { chooseExamples } from './choose-examples.js';
import { explainRung, largestServed } from './explain-regions.js';
import { bySet, measureRules, type VerifiedSets } from './measure-rules.js';
import { resultsTable } from './results-table.js';
import { selectionRules } from './selection-rules.js';
import { verdictWords } from './verdict-words.js';

const noScores = {
  sequenceLogProbability: 0,
  meanTokenProbability: 0,
  yesProbability: 0,
  orderProbability: 0,
  logisticProbability: 0,
};

function answered(id: string, isCorrect: boolean, estimate: Partial<VerifiedAnswer['estimate']>): VerifiedAnswer {
  const rest = { similarity: 1, distanceQuantile: 1, rescaledSimilarity: 1, nearestExemplar: 0 };
  return {
    id,
    prefix: 'we shall do',
    shuffled: 'b a c',
    answer: 'a b c',
    wanted: isCorrect ? 'a b c' : 'a c b',
    isCorrect,
    scores: { ...noScores, yesProbability: isCorrect ? 0.9 : 0.2 },
    estimate: { prediction: 1, probability: 0.99, regionAlpha: 0, isOutOfDistribution: false, ...rest, ...estimate },
  };
}

const answers = [
  answered('a', true, { regionAlpha: 0.95 }),
  answered('b', true, { regionAlpha: 0.9 }),
  answered('c', false, { regionAlpha: 0.95, prediction: 0 }),
  answered('d', false, { regionAlpha: 0, probability: 0.6 }),
];
const sets: VerifiedSets = bySet(() => answers);
const calibration = { scores: answers.map(({ scores }) => scores), isCorrect: answers.map((a) => a.isCorrect) };
const measured = (alpha: number) =>
  new Map(measureRules(selectionRules(calibration, alpha), sets).map(({ name, sets: { test: set } }) => [name, set]));

test('the region rows count what is admitted by prediction; a refutation is right when the answer is wrong', () => {
  const verified = measured(0.95).get('SDM region, admitted as verified')!;
  expect([verified.selected, verified.right, verified.total]).toEqual([1, 1, 4]);
  const refuted = measured(0.95).get('SDM region, admitted as refuted *')!;
  expect([refuted.selected, refuted.right]).toEqual([1, 1]);
  expect(measured(0.9).get('SDM region, admitted as verified')!.selected).toBe(2);
});

test('SDM at α counts answers predicted verified with a probability of α or more', () => {
  expect(measured(0.95).get('SDM ≥ .95, predicted verified')!.selected).toBe(2);
});

test('a simple score is cut where D_ca reaches the target', () => {
  const rule = measured(0.95).get('p(Yes)')!;
  expect([rule.selected, rule.right]).toEqual([2, 2]);
});

test('the table has a line of estimates and one of intervals for every rule, and no accuracy of nothing', () => {
  const reports = measureRules(selectionRules(calibration, 0.95), sets);
  const lines = resultsTable(reports).split('\n');
  expect(lines).toHaveLength(3 + 2 * reports.length + 1);
  expect(lines.find((line) => line.startsWith('all'))).toContain('1.00       .500');
});

test('verdicts have five words', () => {
  const words = (estimate: Partial<VerifiedAnswer['estimate']>) =>
    verdictWords({ ...answers[0]!.estimate, ...estimate }, 0.95);
  expect(words({})).toBe('admitted as verified');
  expect(words({ prediction: 0 })).toBe('admitted as refuted');
  expect(words({ regionAlpha: 0.9 })).toBe('rejected (below target)');
  expect(words({ regionAlpha: 0 })).toBe('rejected (no region)');
  expect(words({ regionAlpha: 0, isOutOfDistribution: true })).toBe('rejected (out-of-distribution)');
});

const rung = (targetAccuracy: number, exists: boolean): RungReport => ({
  targetAccuracy,
  exists,
  candidateCount: 150,
  candidateCounts: [50, 100],
  closest: {
    minRescaledSimilarity: 12.34,
    classes: [
      { count: 40, below: 7, allowed: 2 },
      { count: 90, below: 3, allowed: 4 },
    ],
  },
  shortestClass: 0,
  ...(exists ? {} : { shortfall: 'thresholds-below-target' as const }),
});

test('a missing region says which count was short', () => {
  expect(explainRung(rung(0.95, false))).toBe(
    "α = .95: no region; the closest cut, q' ≥ 12.3, keeps 40 calibration answers whose true class is refuted, 7 of them with SDM under .95 where 2 may be",
  );
  expect(
    explainRung({ ...rung(0.95, false), shortfall: 'no-candidates', closest: null, shortestClass: null }),
  ).toContain('no calibration answer is left');
  expect(explainRung({ ...rung(0.95, false), shortfall: 'class-missing', closest: null })).toContain(
    'true class is refuted',
  );
  expect(explainRung(rung(0.95, true))).toBe("α = .95: a region, q' ≥ 12.3");
});

test('the largest target accuracy with a region is taken, never above the one asked for', () => {
  const regions = [{ targetAccuracy: 0.95 }, { targetAccuracy: 0.85 }];
  expect(largestServed(regions, 0.95)).toBe(0.95);
  expect(largestServed(regions, 0.9)).toBe(0.85);
  expect(largestServed(regions, 0.8)).toBeUndefined();
});

test('six generations of different kinds are shown where there are some', () => {
  const captions = chooseExamples(sets, 0.95).map(({ caption }) => caption);
  expect(captions).toHaveLength(6);
  expect(captions.slice(0, 3)).toEqual([
    'admitted and right',
    'admitted as refuted: the layer is sure that it is wrong',
    'rejected though right',
  ]);
});
