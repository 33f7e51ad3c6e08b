import { areTargetAccuracies, type SelectiveReport, selectiveReport } from '@sdmjs/calibration';
import { OUT_OF_DISTRIBUTION, SdmError, UNLABELED } from '@sdmjs/core';
import type { Estimate } from './estimate.js';
import { type RegionForm, regionAlphaOf, requireForm } from './region-form.js';
import { reaches } from './target-accuracy.js';

export interface EvaluateOptions {
  readonly estimates: readonly Estimate[];
  /** True classes, −1 where unknown, −99 for rows of no class; only known ones enter the reports. */
  readonly labels: ArrayLike<number>;
  readonly classCount: number;
  /** @default the distinct regions that admitted a row, from the strictest down */
  readonly targetAccuracies?: readonly number[] | undefined;
  /** Which of the two assigned regions counts. @default 'centroid' */
  readonly form?: RegionForm | undefined;
  /** Of the intervals. @default 0.95 */
  readonly confidence?: number | undefined;
}

/** How the estimator did on labelled rows: without rejection, and for each target accuracy on what it admits. */
export interface Evaluation {
  readonly rowCount: number;
  readonly evaluatedCount: number;
  readonly unlabeledCount: number;
  readonly outOfDistributionCount: number;
  /** Rows that no region admits. */
  readonly rejectedCount: number;
  readonly noReject: SelectiveReport;
  /** Cumulative: a row counts wherever its assigned region is at least as strict. */
  readonly byTargetAccuracy: readonly { readonly targetAccuracy: number; readonly report: SelectiveReport }[];
}

/** Compares estimates with the truth. Throws `shape-mismatch`, `empty-input` without a known label, `label-out-of-range`, or `out-of-range`. */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { estimates, classCount, form = 'centroid', confidence } = options;
  requireForm(form);
  requireTargets(options.targetAccuracies);
  requireLabels(options.labels, { rowCount: estimates.length, classCount });
  const truth = Int32Array.from(options.labels);
  const known = estimates.map((estimate, i) => ({ estimate, label: truth[i]! })).filter(({ label }) => label >= 0);
  if (known.length === 0) throw new SdmError('empty-input', 'evaluate: no row has a known label; label some rows');
  const alphas = known.map(({ estimate }) => regionAlphaOf(estimate, form));
  const labels = Int32Array.from(known, ({ label }) => label);
  const predictions = Int32Array.from(known, ({ estimate }) => estimate.prediction);
  const report = (isAdmitted: (alpha: number) => boolean) =>
    selectiveReport({
      labels,
      predictions,
      admitted: Uint8Array.from(alphas, (alpha) => Number(isAdmitted(alpha))),
      classCount,
      ...(confidence !== undefined && { confidence }),
    });
  const targets = options.targetAccuracies ?? [...new Set(alphas)].filter((alpha) => alpha > 0).sort((a, b) => b - a);
  return {
    rowCount: estimates.length,
    evaluatedCount: known.length,
    unlabeledCount: truth.filter((label) => label === UNLABELED).length,
    outOfDistributionCount: truth.filter((label) => label === OUT_OF_DISTRIBUTION).length,
    rejectedCount: alphas.filter((alpha) => alpha === 0).length,
    noReject: report(() => true),
    byTargetAccuracy: targets.map((targetAccuracy) => ({
      targetAccuracy,
      report: report((alpha) => reaches(alpha, targetAccuracy)),
    })),
  };
}

/** The labels as they were given, before anything cuts them to integers. */
function requireLabels(
  labels: ArrayLike<number>,
  { rowCount, classCount }: { rowCount: number; classCount: number },
): void {
  if (labels.length !== rowCount) {
    throw new SdmError('shape-mismatch', `evaluate: ${labels.length} labels for ${rowCount} estimates; give one each`);
  }
  for (let i = 0; i < rowCount; i++) {
    const label = labels[i]!;
    const isClass = Number.isInteger(label) && label >= 0 && label < classCount;
    if (isClass || label === UNLABELED || label === OUT_OF_DISTRIBUTION) continue;
    throw new SdmError(
      'label-out-of-range',
      `evaluate: label ${label} of row ${i}; wanted 0 … ${classCount - 1}, ${UNLABELED} (unlabeled) or ${OUT_OF_DISTRIBUTION}`,
    );
  }
}

function requireTargets(targets: readonly number[] = []): void {
  if (areTargetAccuracies(targets)) return;
  throw new SdmError(
    'out-of-range',
    `targetAccuracies: wanted numbers between 0 and 1, got ${[...targets].join(', ')}`,
  );
}
