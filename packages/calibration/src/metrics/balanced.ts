import { SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';
import { medianOf } from './median.js';

/** Mean over the classes of the mean value of each true class, in double. Throws `class-missing`, `shape-mismatch`, `label-out-of-range`. */
export function balancedMean(values: ArrayLike<number>, labels: Int32Array, classCount: number): number {
  requireCount(values, labels, 'balancedMean');
  return meanOfEach((row) => values[row]!, { labels, classCount, where: 'balancedMean' });
}

/**
 * Mean over the classes of the median value of each true class, the median of an even count halfway between its middle two
 * (arXiv 2502.20167, for choosing an epoch). Throws as `balancedMean` does.
 */
export function balancedMedian(values: ArrayLike<number>, labels: Int32Array, classCount: number): number {
  requireCount(values, labels, 'balancedMedian');
  const counts = countsOf({ labels, classCount, where: 'balancedMedian' });
  return meanOver(Array.from(counts, (count, label) => medianOf(valuesOf(values, labels, { label, count }))));
}

/** Mean over the classes of the share of each true class that is predicted right. Throws as `balancedMean` does. */
export function balancedAccuracy(labels: Int32Array, predictions: Int32Array, classCount: number): number {
  if (predictions.length !== labels.length) {
    throw new SdmError(
      'shape-mismatch',
      `balancedAccuracy: wanted ${labels.length} predictions, got ${predictions.length}`,
    );
  }
  const isRight = (row: number) => Number(labels[row] === predictions[row]);
  return meanOfEach(isRight, { labels, classCount, where: 'balancedMean' });
}

function valuesOf(values: ArrayLike<number>, labels: Int32Array, { label, count }: { label: number; count: number }) {
  const ofClass = new Float64Array(count);
  for (let row = 0, at = 0; row < labels.length; row++) if (labels[row] === label) ofClass[at++] = values[row]!;
  return ofClass;
}

interface Classes {
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly where: string;
}

function meanOfEach(valueOf: (row: number) => number, classes: Classes): number {
  const counts = countsOf(classes);
  const totals = new Float64Array(classes.classCount);
  classes.labels.forEach((label, row) => {
    totals[label]! += valueOf(row);
  });
  return meanOver(Array.from(totals, (total, label) => total / counts[label]!));
}

function meanOver(summaries: readonly number[]): number {
  return summaries.reduce((total, summary) => total + summary, 0) / summaries.length;
}

/** Rows of each class, at least one. */
function countsOf({ labels, classCount, where }: Classes): Int32Array {
  requireClasses(labels, classCount, `${where}: label`);
  const counts = new Int32Array(classCount);
  for (const label of labels) counts[label]!++;
  const missing = counts.indexOf(0);
  if (missing >= 0) throw new SdmError('class-missing', `${where}: class ${missing} has no row; add examples of it`);
  return counts;
}

function requireCount(values: ArrayLike<number>, labels: Int32Array, where: string): void {
  if (values.length === labels.length) return;
  throw new SdmError('shape-mismatch', `${where}: wanted ${labels.length} values, one a label, got ${values.length}`);
}
