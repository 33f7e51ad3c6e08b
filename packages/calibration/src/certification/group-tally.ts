import { SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';

/** The admitted rows of one true class or one predicted class. */
export interface GroupTally {
  readonly by: 'label' | 'prediction';
  readonly class: number;
  readonly admitted: number;
  readonly correct: number;
}

export interface TalliedRows {
  /** `[rows]` true classes. */
  readonly labels: Int32Array;
  /** `[rows]` predicted classes. */
  readonly predictions: Int32Array;
  /** `[rows]` target accuracy of the strictest region that admits the row, 0 when none does. */
  readonly assignedAlphas: ArrayLike<number>;
  readonly classCount: number;
}

/** Alphas read from files are exact to 1e-9. */
const ALPHA_TOLERANCE = 1e-9;

/** Counts the rows whose assigned alpha is at least `targetAccuracy`: first by true class, then by predicted class. `[2 · classes]` */
export function tallyGroups(rows: TalliedRows, targetAccuracy: number): GroupTally[] {
  const { labels, predictions, assignedAlphas, classCount } = rows;
  const admitted = new Int32Array(2 * classCount);
  const correct = new Int32Array(2 * classCount);
  for (let i = 0; i < labels.length; i++) {
    if (assignedAlphas[i]! < targetAccuracy - ALPHA_TOLERANCE) continue;
    const [byLabel, byPrediction] = [labels[i]!, classCount + predictions[i]!];
    admitted[byLabel]!++;
    admitted[byPrediction]!++;
    if (labels[i] !== predictions[i]) continue;
    correct[byLabel]!++;
    correct[byPrediction]!++;
  }
  return Array.from(admitted, (count, group) => ({
    by: group < classCount ? 'label' : 'prediction',
    class: group % classCount,
    admitted: count,
    correct: correct[group]!,
  }));
}

/** Throws `label-out-of-range` unless labels and predictions are classes, and `out-of-range` unless assigned alphas are numbers in [0, 1]. */
export function requireTallied({ labels, predictions, assignedAlphas, classCount }: TalliedRows, where: string): void {
  requireClasses(labels, classCount, `${where}: label`);
  requireClasses(predictions, classCount, `${where}: prediction`);
  for (let row = 0; row < assignedAlphas.length; row++) {
    const alpha = assignedAlphas[row];
    if (typeof alpha === 'number' && alpha >= 0 && alpha <= 1) continue;
    throw new SdmError(
      'out-of-range',
      `${where}: assigned alpha of row ${row} is ${alpha}, wanted a number in [0, 1]: 0 where no region admits the row`,
    );
  }
}
