import { createRandom, type Matrix, type Random } from '@sdmjs/core';
import {
  conformalQuantile,
  type PredictionSetRule,
  rankOf,
  rankScores,
  sortedProbabilities,
} from './prediction-sets.js';
import { requireLabeledLogits, requireTarget } from './softmax.js';

export interface FitSetOptions {
  /** Share of fresh rows whose set holds the true class. */
  readonly targetAccuracy: number;
  /** Seed of everything that is drawn. @default 0 */
  readonly seed?: number | undefined;
}

/**
 * Randomised adaptive prediction sets (Romano, Sesia and Candès 2020, arXiv 2006.02544) from calibration rows.
 * Throws `empty-input`, `shape-mismatch`, `label-out-of-range`, `not-finite` or `out-of-range`.
 * @param logits `[rows, classes]` @param labels `[rows]`
 */
export function fitAps(logits: Matrix, labels: Int32Array, options: FitSetOptions): PredictionSetRule {
  requireLabeledLogits(logits, labels, 'fitAps');
  requireTarget(options.targetAccuracy, 'fitAps');
  const random = createRandom(options.seed ?? 0);
  const { targetAccuracy } = options;
  return calibrateSets(logits, labels, { targetAccuracy, penalty: 0, freeSize: logits.columns, random });
}

/** The rule whose threshold is the conformal quantile of the scores of the true classes. */
export function calibrateSets(
  logits: Matrix,
  labels: Int32Array,
  options: Omit<PredictionSetRule, 'threshold'> & { readonly targetAccuracy: number; readonly random: Random },
): PredictionSetRule {
  const { targetAccuracy, penalty, freeSize, random } = options;
  const scores = Float64Array.from(labels, (label, i) => {
    const byRank = rankScores(sortedProbabilities(logits, i), { penalty, freeSize }, random.nextDouble());
    return byRank[rankOf(logits, i, label)]!;
  });
  return { threshold: conformalQuantile(scores, targetAccuracy), penalty, freeSize };
}
