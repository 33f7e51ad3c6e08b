import { type Matrix, requireFinite, SdmError } from '@sdmjs/core';
import { requireClasses } from '../calibration-scores.js';

/** Softmax of one row of logits divided by a temperature, in double. `[classes]` */
export function softmaxRow({ data, columns }: Matrix, row: number, temperature = 1): Float64Array {
  const logits = data.subarray(row * columns, (row + 1) * columns);
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Throws `shape-mismatch` or `not-finite` unless the rows hold the finite logits of two classes or more. */
export function requireLogits(logits: Matrix, where: string): void {
  if (logits.columns < 2) {
    throw new SdmError('shape-mismatch', `${where}: wanted logits of 2 or more classes, got ${logits.columns}`);
  }
  requireFinite(logits, `${where}: logits`);
}

/** As `requireLogits`, and `empty-input` or `label-out-of-range` unless there are rows with a known class each. */
export function requireLabeledLogits(logits: Matrix, labels: Int32Array, where: string): void {
  requireLogits(logits, where);
  if (logits.rows === 0) throw new SdmError('empty-input', `${where}: there are no calibration rows`);
  if (labels.length !== logits.rows) {
    throw new SdmError('shape-mismatch', `${where}: wanted ${logits.rows} labels, one a row, got ${labels.length}`);
  }
  requireClasses(labels, logits.columns, `${where}: label`);
}

/** Throws `out-of-range` unless the target lies in (0, 1). */
export function requireTarget(targetAccuracy: number, where: string): void {
  if (targetAccuracy > 0 && targetAccuracy < 1) return;
  throw new SdmError('out-of-range', `${where}: wanted a targetAccuracy between 0 and 1, got ${targetAccuracy}`);
}
