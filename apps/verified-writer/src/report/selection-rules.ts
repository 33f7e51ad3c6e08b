import { REFUTED, VERIFIED } from '@sdmjs/language-model';
import { selectThreshold } from '../scores/select-threshold.js';
import type { BaselineScores, VerifiedAnswer } from '../stages/verify-set.js';

/** A row of the table: which answers it takes, and what counts as right. */
export interface SelectionRule {
  readonly name: string;
  /** The tuned threshold, for the rules that have one. */
  readonly threshold?: number;
  selects(answer: VerifiedAnswer): boolean;
  isRight(answer: VerifiedAnswer): boolean;
}

const BASELINES: readonly [name: string, score: keyof BaselineScores][] = [
  ['sequence log-probability', 'sequenceLogProbability'],
  ['mean token probability', 'meanTokenProbability'],
  ['p(Yes)', 'yesProbability'],
  ['logistic regression on the features', 'logisticProbability'],
  ['probability among the 6 orders', 'orderProbability'],
];

/**
 * The rules of the table at one target accuracy. A simple threshold admits the largest share of D_ca that is right at least so often; the SDM
 * rows take what is predicted verified, and what is admitted as refuted is a row of its own.
 */
export function selectionRules(
  calibration: { readonly scores: readonly BaselineScores[]; readonly isCorrect: readonly boolean[] },
  targetAccuracy: number,
): SelectionRule[] {
  const isRight = (answer: VerifiedAnswer) => answer.isCorrect;
  const thresholds = BASELINES.map(([name, score]): SelectionRule => {
    const values = calibration.scores.map((scores) => scores[score]);
    const { threshold } = selectThreshold(values, calibration.isCorrect, targetAccuracy);
    return { name, threshold, selects: (answer) => answer.scores[score] >= threshold, isRight };
  });
  const isIn = ({ estimate }: VerifiedAnswer, prediction: number) =>
    estimate.prediction === prediction && isAdmitted(estimate, targetAccuracy);
  return [
    { name: 'all', selects: () => true, isRight },
    ...thresholds,
    {
      name: `SDM ≥ ${formatAlpha(targetAccuracy)}, predicted verified`,
      selects: ({ estimate }) => estimate.prediction === VERIFIED && estimate.probability >= targetAccuracy,
      isRight,
    },
    { name: 'SDM region, admitted as verified', selects: (answer) => isIn(answer, VERIFIED), isRight },
    {
      name: 'SDM region, admitted as refuted *',
      selects: (answer) => isIn(answer, REFUTED),
      isRight: (answer) => !answer.isCorrect,
    },
  ];
}

/** Whether the region at `targetAccuracy`, or a stricter one, admits the estimate. */
export function isAdmitted(estimate: { readonly regionAlpha: number }, targetAccuracy: number): boolean {
  return estimate.regionAlpha >= targetAccuracy - 1e-9;
}

/** `.95` */
export function formatAlpha(targetAccuracy: number): string {
  return String(Math.round(targetAccuracy * 1e5) / 1e5).replace(/^0/, '');
}
