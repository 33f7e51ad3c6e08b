import { SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';
import { median } from './median.js';

/** Mean over the classes of the mean value of each true class, in double. Throws `class-missing`, `shape-mismatch`, `label-out-of-range`. */
export function balancedMean(values: ArrayLike<number>, labels: Int32Array, classCount: number): number {
  return meanOverClasses(
    valuesByClass(values, { labels, classCount, where: 'balancedMean' }),
    (ofClass) => ofClass.reduce((total, value) => total + value, 0) / ofClass.length,
  );
}

/**
 * Mean over the classes of the median value of each true class, the median of an even count halfway between its middle two
 * (arXiv 2502.20167, for choosing an epoch). Throws as `balancedMean` does.
 */
export function balancedMedian(values: ArrayLike<number>, labels: Int32Array, classCount: number): number {
  return meanOverClasses(valuesByClass(values, { labels, classCount, where: 'balancedMedian' }), median);
}

function meanOverClasses(byClass: readonly number[][], summary: (ofClass: number[]) => number): number {
  return byClass.reduce((total, ofClass) => total + summary(ofClass), 0) / byClass.length;
}

function valuesByClass(
  values: ArrayLike<number>,
  { labels, classCount, where }: { labels: Int32Array; classCount: number; where: string },
): number[][] {
  if (values.length !== labels.length) {
    throw new SdmError('shape-mismatch', `${where}: wanted ${labels.length} values, one a label, got ${values.length}`);
  }
  requireClasses(labels, classCount, `${where}: label`);
  const byClass: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, i) => byClass[label]!.push(values[i]!));
  const missing = byClass.findIndex((ofClass) => ofClass.length === 0);
  if (missing >= 0) throw new SdmError('class-missing', `${where}: class ${missing} has no row; add examples of it`);
  return byClass;
}

/** Mean over the classes of the share of each true class that is predicted right. Throws as `balancedMean` does. */
export function balancedAccuracy(labels: Int32Array, predictions: Int32Array, classCount: number): number {
  if (predictions.length !== labels.length) {
    throw new SdmError(
      'shape-mismatch',
      `balancedAccuracy: wanted ${labels.length} predictions, got ${predictions.length}`,
    );
  }
  return balancedMean(
    labels.map((label, i) => Number(label === predictions[i])),
    labels,
    classCount,
  );
}
