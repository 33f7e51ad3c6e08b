import { type Matrix, SdmError } from '@sdmjs/core';
import { requireCount } from './row-scales.js';

/** Throws `shape-mismatch` or `label-out-of-range` unless each row of `logits` has a label among its columns. */
export function requireLabels(labels: Int32Array, logits: Matrix, where: string): void {
  requireCount(labels, logits.rows, `${where}: labels`);
  requireClasses(labels, logits.columns, where);
}

/** Throws `label-out-of-range` at the first label outside 0 … classCount − 1. */
export function requireClasses(labels: Int32Array, classCount: number, where: string): void {
  const row = labels.findIndex((label) => label < 0 || label >= classCount);
  if (row < 0) return;
  throw new SdmError(
    'label-out-of-range',
    `${where}: row ${row} has label ${labels[row]}, wanted 0 … ${classCount - 1}`,
  );
}
