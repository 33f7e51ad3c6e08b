import { riskCoverageArea, type SelectiveReport, selectiveReport } from '@sdmjs/calibration';
import type { Estimate } from '@sdmjs/estimator';
import { VERIFIED } from '@sdmjs/language-model';
import { isAdmitted } from '../report/selection-rules.js';

/** How the verdicts of one layer on the answers of one set did. */
export interface VerdictMeasures {
  /** Answers that are right. */
  readonly correctCount: number;
  /** Verdicts without rejection, and those that the region admits. */
  readonly noReject: GroupCounts;
  readonly region: GroupCounts;
  /** Smooth measures, which no single calibration answer can turn over: means of q, of d and of SDM at the prediction. */
  readonly meanSimilarity: number;
  readonly meanDistanceQuantile: number;
  readonly meanProbability: number;
  /** Share of answers whose SDM at the prediction reaches the target accuracy. */
  readonly probabilityShare: number;
  /** Area under the risk–coverage curve: verdicts by SDM at the prediction, and answers by SDM of verified. */
  readonly verdictRiskArea: number;
  readonly answerRiskArea: number;
}

/** Rows, admitted rows and right verdicts among them: of all, by true class and by prediction, each `[refuted, verified]`. */
export interface GroupCounts {
  readonly rowCount: number;
  readonly admitted: number;
  readonly right: number;
  readonly byLabel: readonly ClassCounts[];
  readonly byPrediction: readonly ClassCounts[];
}

export type ClassCounts = Pick<GroupCounts, 'rowCount' | 'admitted' | 'right'>;

/** What is measured of an estimate. */
export type MeasuredEstimate = Pick<
  Estimate,
  'prediction' | 'probability' | 'probabilities' | 'regionAlpha' | 'similarity' | 'distanceQuantile'
>;

export function measureVerdicts(
  estimates: readonly MeasuredEstimate[],
  labels: Int32Array,
  targetAccuracy: number,
): VerdictMeasures {
  const predictions = Int32Array.from(estimates, ({ prediction }) => prediction);
  const isRightVerdict = Array.from(labels, (label, i) => label === predictions[i]);
  const isRightAnswer = Array.from(labels, (label) => label === VERIFIED);
  const countsOf = (isIn: (estimate: MeasuredEstimate) => boolean) =>
    groupCounts(selectiveReport({ labels, predictions, admitted: estimates.map(isIn), classCount: 2 }));
  const mean = (valueOf: (estimate: MeasuredEstimate) => number) =>
    estimates.reduce((sum, estimate) => sum + valueOf(estimate), 0) / estimates.length;
  return {
    correctCount: isRightAnswer.filter(Boolean).length,
    noReject: countsOf(() => true),
    region: countsOf((estimate) => isAdmitted(estimate, targetAccuracy)),
    meanSimilarity: mean(({ similarity }) => similarity),
    meanDistanceQuantile: mean(({ distanceQuantile }) => distanceQuantile),
    meanProbability: mean(({ probability }) => probability),
    probabilityShare: mean(({ probability }) => Number(probability >= targetAccuracy)),
    verdictRiskArea: riskCoverageArea(
      estimates.map(({ probability }) => probability),
      isRightVerdict,
    ),
    answerRiskArea: riskCoverageArea(
      estimates.map(({ probabilities }) => probabilities[VERIFIED]!),
      isRightAnswer,
    ),
  };
}

function groupCounts(report: SelectiveReport): GroupCounts {
  const classes = (groups: SelectiveReport['byLabel']) =>
    groups.map(({ rowCount, admitted, correct }) => ({ rowCount, admitted, right: correct }));
  return {
    rowCount: report.rowCount,
    admitted: report.admittedCount,
    right: report.correctCount,
    byLabel: classes(report.byLabel),
    byPrediction: classes(report.byPrediction),
  };
}
