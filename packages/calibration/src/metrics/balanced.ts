import { SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';

/** Mean over the classes of the mean value of each true class, in double. Throws `class-missing`, `shape-mismatch`, `label-out-of-range`. */
export function balancedMean(values: ArrayLike<number>, labels: Int32Array, classCount: number): number {
  if (values.length !== labels.length) {
    throw new SdmError(
      'shape-mismatch',
      `balancedMean: wanted ${labels.length} values, one a label, got ${values.length}`,
    );
  }
  requireClasses(labels, classCount, 'balancedMean: label');
  const sums = new Float64Array(classCount);
  const counts = new Int32Array(classCount);
  for (let i = 0; i < labels.length; i++) {
    sums[labels[i]!]! += values[i]!;
    counts[labels[i]!]!++;
  }
  const missing = counts.indexOf(0);
  if (missing >= 0)
    throw new SdmError('class-missing', `balancedMean: class ${missing} has no row; add examples of it`);
  return sums.reduce((total, sum, c) => total + sum / counts[c]!, 0) / classCount;
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
