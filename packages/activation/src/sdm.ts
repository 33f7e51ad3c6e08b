import type { Matrix } from '@sdmjs/core';
import { shiftedLogits, signalScales } from './row-scales.js';
import type { ActivationOptions, Signals } from './signals.js';

/**
 * The SDM activation: softmax of logits · d · ln(offset + q), row by row, in float32 (arXiv 2509.12760v5). `[rows, classes]`
 * @param logits `[rows, classes]`, two or more classes. Throws `shape-mismatch`, `not-finite` or `out-of-range`.
 */
export function sdm(logits: Matrix, signals: Signals, options: ActivationOptions = {}): Matrix {
  const scales = signalScales(logits.rows, signals, { ...options, where: 'sdm' });
  return exponentiate(shiftedLogits(logits, scales, 'sdm'));
}

/** Softmax of rows that are already shifted to a largest value of 0, in place; float32 exponentials, sum and division. */
export function exponentiate(shifted: Matrix): Matrix {
  const { rows, columns, data } = shifted;
  for (let start = 0; start < rows * columns; start += columns) {
    let sum = 0;
    for (let k = start; k < start + columns; k++) {
      data[k] = Math.exp(data[k]!);
      sum = Math.fround(sum + data[k]!);
    }
    for (let k = start; k < start + columns; k++) data[k]! /= sum;
  }
  return shifted;
}
