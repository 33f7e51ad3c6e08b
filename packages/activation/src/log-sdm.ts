import type { Matrix } from '@sdmjs/core';
import { baseScales, type RowScales, shiftedLogits, signalScales } from './row-scales.js';
import type { ActivationOptions, Signals } from './signals.js';

/**
 * Logarithm of the SDM activation to the base offset + q, through the stable log-softmax: no probability underflows to −Infinity.
 * @param logits `[rows, classes]`; so is the result. Throws as `sdm` does.
 */
export function logSdm(logits: Matrix, signals: Signals, options: ActivationOptions = {}): Matrix {
  const scales = signalScales(logits.rows, signals, { ...options, where: 'logSdm' });
  return logarithms(shiftedLogits(logits, scales, 'logSdm'), scales);
}

/**
 * The same with the base given directly: logSoftmax(ln(base) · exponent · logits) / ln(base), the form of the language model's loss
 * (arXiv 2510.26183). `logSdm(z, { q, d })` is `logSdmBase(z, 2 + q, d)`.
 * @param base above 1, one number or one a row. @param exponent at least 0, one number or one a row; 1 unless given.
 */
export function logSdmBase(
  logits: Matrix,
  base: number | ArrayLike<number>,
  exponent: number | ArrayLike<number> = 1,
): Matrix {
  const scales = baseScales(logits.rows, base, exponent);
  return logarithms(shiftedLogits(logits, scales, 'logSdmBase'), scales);
}

/** ln Σ exp of one row that is shifted to a largest value of 0, in float32. */
export function logSumExp(shifted: Matrix, row: number): number {
  const start = row * shifted.columns;
  let sum = 0;
  for (let k = start; k < start + shifted.columns; k++)
    sum = Math.fround(sum + Math.fround(Math.exp(shifted.data[k]!)));
  return Math.fround(Math.log(sum));
}

function logarithms(shifted: Matrix, { logBases }: RowScales): Matrix {
  const { rows, columns, data } = shifted;
  for (let i = 0; i < rows; i++) {
    const total = logSumExp(shifted, i);
    for (let k = i * columns; k < (i + 1) * columns; k++) data[k] = Math.fround(data[k]! - total) / logBases[i]!;
  }
  return shifted;
}
