import { SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';
import { type BinomialInterval, binomialInterval } from './binomial-interval.js';

/** Accuracy among the admitted rows of one class, by prediction or by true class. */
export interface GroupAccuracy {
  readonly class: number;
  /** Rows of the class, admitted or not. */
  readonly rowCount: number;
  readonly admitted: number;
  readonly correct: number;
  /** correct / admitted; null when none is admitted. */
  readonly accuracy: number | null;
  readonly interval: BinomialInterval | null;
}

export interface SelectiveReport {
  readonly rowCount: number;
  readonly admittedCount: number;
  readonly correctCount: number;
  readonly admittedShare: BinomialInterval;
  /** Accuracy among the admitted; null when none is. */
  readonly accuracy: BinomialInterval | null;
  /** `[classes]` the papers' Quantity I. */
  readonly byPrediction: readonly GroupAccuracy[];
  /** `[classes]` the papers' Quantity II. */
  readonly byLabel: readonly GroupAccuracy[];
}

/** Labelled rows and which of them were admitted (1 or true). Leave rows without a known label out. */
export interface SelectedRows {
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  readonly admitted: ArrayLike<number | boolean>;
  readonly classCount: number;
  /** Of the exact binomial intervals, each on its own. @default 0.95 */
  readonly confidence?: number;
}

/** How many rows were admitted and how often the admitted are right: overall, by prediction, by true class. Throws `empty-input`, `shape-mismatch`, `label-out-of-range`. */
export function selectiveReport(rows: SelectedRows): SelectiveReport {
  const { labels, predictions, admitted, classCount, confidence = 0.95 } = rows;
  const rowCount = labels.length;
  if (rowCount === 0) throw new SdmError('empty-input', 'selectiveReport: there are no rows to report on');
  if (predictions.length !== rowCount || admitted.length !== rowCount) {
    throw new SdmError(
      'shape-mismatch',
      `selectiveReport: wanted ${rowCount} predictions and marks, got ${predictions.length} and ${admitted.length}`,
    );
  }
  requireClasses(labels, classCount, 'selectiveReport: label');
  requireClasses(predictions, classCount, 'selectiveReport: prediction');
  const byLabel = groups(labels, rows);
  const admittedCount = byLabel.reduce((total, group) => total + group.admitted, 0);
  const correctCount = byLabel.reduce((total, group) => total + group.correct, 0);
  return {
    rowCount,
    admittedCount,
    correctCount,
    admittedShare: binomialInterval(admittedCount, rowCount, confidence),
    accuracy: intervalOrNull(correctCount, admittedCount, confidence),
    byPrediction: groups(predictions, rows),
    byLabel,
  };
}

function groups(
  classes: Int32Array,
  { labels, predictions, admitted, classCount, confidence }: SelectedRows,
): GroupAccuracy[] {
  const counts = new Int32Array(classCount);
  const admittedCounts = new Int32Array(classCount);
  const correctCounts = new Int32Array(classCount);
  for (let i = 0; i < classes.length; i++) {
    const group = classes[i]!;
    counts[group]!++;
    if (!admitted[i]) continue;
    admittedCounts[group]!++;
    if (labels[i] === predictions[i]) correctCounts[group]!++;
  }
  return Array.from(counts, (rowCount, group) => {
    const interval = intervalOrNull(correctCounts[group]!, admittedCounts[group]!, confidence);
    const accuracy = interval?.estimate ?? null;
    return {
      class: group,
      rowCount,
      admitted: admittedCounts[group]!,
      correct: correctCounts[group]!,
      accuracy,
      interval,
    };
  });
}

function intervalOrNull(successes: number, trials: number, confidence?: number): BinomialInterval | null {
  return trials === 0 ? null : binomialInterval(successes, trials, confidence);
}
