import { OUT_OF_DISTRIBUTION, SdmError, UNLABELED } from '@sdmjs/core';
import { type Estimate, evaluate, type Evaluation } from '@sdmjs/estimator';
import { distributionSummary } from './distribution-summary.js';

export interface EvaluationReportOptions {
  readonly estimates: readonly Estimate[];
  /** True classes, −1 where unknown, −99 for rows of no class. */
  readonly labels: ArrayLike<number>;
  readonly classCount: number;
  /** Those of the model's regions. */
  readonly targetAccuracies: readonly number[];
  /** @default 10 */
  readonly histogramBins?: number | undefined;
}

type Group = Evaluation['noReject']['byLabel'][number];

/** The report of `sdm evaluate`, with the keys of reexpress-sdm 0.4.8. Throws as `evaluate` and `distributionSummary` do. */
export function evaluationReport(options: EvaluationReportOptions) {
  const { estimates, labels, classCount, targetAccuracies, histogramBins } = options;
  if (labels.length === 0) throw new SdmError('empty-input', 'evaluationReport: there are no rows to report on');
  const shared = { estimates, labels, classCount, targetAccuracies: targetAccuracies.toSorted((a, b) => b - a) };
  const centroid = evaluate({ ...shared, form: 'centroid' });
  const lower = evaluate({ ...shared, form: 'lower' });
  return {
    evaluation: {
      totalRows: centroid.rowCount,
      evaluatedRows: centroid.evaluatedCount,
      unlabeledRows: centroid.unlabeledCount,
      explicitOODRows: centroid.outOfDistributionCount,
      overall: summaryOf(centroid.noReject),
      centroid: estimatorOf(centroid),
      lower: estimatorOf(lower),
    },
    distribution: distributionSummary(knownRows(estimates, labels), { classCount, histogramBins }),
  };
}

function knownRows(estimates: readonly Estimate[], labels: ArrayLike<number>): Estimate[] {
  return estimates.filter((_, i) => labels[i] !== UNLABELED && labels[i] !== OUT_OF_DISTRIBUTION);
}

function estimatorOf(evaluation: Evaluation) {
  const { evaluatedCount, rejectedCount, byTargetAccuracy } = evaluation;
  return {
    perAlphaCumulative: byTargetAccuracy.map(({ targetAccuracy, report }) => ({
      ...summaryOf(report),
      alpha: targetAccuracy,
      admissionCount: report.admittedCount,
      admission: report.admittedCount / evaluatedCount,
    })),
    rejected: { count: rejectedCount, proportion: rejectedCount / evaluatedCount },
  };
}

function summaryOf({ admittedCount, correctCount, byLabel, byPrediction }: Evaluation['noReject']) {
  const ofLabels = minimaOf(byLabel);
  const ofPredictions = minimaOf(byPrediction);
  const areAllDefined = ofLabels.areAllDefined && ofPredictions.areAllDefined;
  return {
    marginal: cellOf(admittedCount, correctCount),
    byTrueClass: byLabel.map(classCellOf),
    byPrediction: byPrediction.map(classCellOf),
    minimumDefinedTrueClassAccuracy: ofLabels.defined,
    minimumTrueClassAccuracy: ofLabels.ofAll,
    allTrueClassCellsDefined: ofLabels.areAllDefined,
    minimumDefinedPredictionConditionalAccuracy: ofPredictions.defined,
    minimumPredictionConditionalAccuracy: ofPredictions.ofAll,
    allPredictionConditionalCellsDefined: ofPredictions.areAllDefined,
    minimumConditionalAccuracy: areAllDefined ? Math.min(ofLabels.ofAll!, ofPredictions.ofAll!) : null,
    allConditionalCellsDefined: areAllDefined,
  };
}

function classCellOf({ class: index, admitted, correct }: Group) {
  return { class: index, ...cellOf(admitted, correct) };
}

function cellOf(count: number, correct: number) {
  return { count, correct, accuracy: count === 0 ? null : correct / count, defined: count > 0 };
}

/** The least accuracy among the cells that have rows, and among all of them when every one has. */
function minimaOf(groups: readonly Group[]) {
  const accuracies = groups.filter(({ admitted }) => admitted > 0).map(({ admitted, correct }) => correct / admitted);
  const defined = accuracies.length === 0 ? null : Math.min(...accuracies);
  const areAllDefined = accuracies.length === groups.length;
  return { defined, ofAll: areAllDefined ? defined : null, areAllDefined };
}
