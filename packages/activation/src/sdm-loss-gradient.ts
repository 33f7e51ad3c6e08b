import type { Matrix } from '@sdmjs/core';
import { requireLabels } from './labels.js';
import { shiftedLogits, signalScales } from './row-scales.js';
import { exponentiate } from './sdm.js';
import type { ActivationOptions, Signals } from './signals.js';

/**
 * Gradient of each row's `sdmLoss` by its logits: d · (activation − one-hot label). `[rows, classes]`
 * The logarithm of the base cancels, so a row with d = 0 has gradient exactly 0. For a mean loss divide by the number of rows.
 */
export function sdmLossGradient(
  logits: Matrix,
  labels: Int32Array,
  signals: Signals,
  options: ActivationOptions = {},
): Matrix {
  requireLabels(labels, logits, 'sdmLossGradient');
  const scales = signalScales(logits.rows, signals, { ...options, where: 'sdmLossGradient' });
  const gradient = exponentiate(shiftedLogits(logits, scales, 'sdmLossGradient'));
  const { rows, columns, data } = gradient;
  for (let i = 0; i < rows; i++) {
    data[i * columns + labels[i]!]! -= 1;
    for (let k = i * columns; k < (i + 1) * columns; k++) data[k]! *= scales.exponents[i]!;
  }
  return gradient;
}
