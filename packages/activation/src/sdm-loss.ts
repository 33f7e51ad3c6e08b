import type { Matrix } from '@sdmjs/core';
import { requireLabels } from './labels.js';
import { logSumExp } from './log-sdm.js';
import { shiftedLogits, signalScales } from './row-scales.js';
import type { ActivationOptions, Signals } from './signals.js';

/**
 * Loss of each row: −log to the base offset + q of the activation at the true class, in float32 (arXiv 2509.12760v5). `[rows]`
 * @param logits `[rows, classes]` @param labels `[rows]`, each in 0 … classes − 1. Throws as `sdm` does, and `label-out-of-range`.
 */
export function sdmLoss(
  logits: Matrix,
  labels: Int32Array,
  signals: Signals,
  options: ActivationOptions = {},
): Float32Array {
  requireLabels(labels, logits, 'sdmLoss');
  const scales = signalScales(logits.rows, signals, { ...options, where: 'sdmLoss' });
  const shifted = shiftedLogits(logits, scales, 'sdmLoss');
  const losses = new Float32Array(logits.rows);
  for (let i = 0; i < losses.length; i++) {
    // The log-sum of the shifted values stays apart from the shift, so that large common offsets do not cancel.
    const atLabel = shifted.data[i * shifted.columns + labels[i]!]!;
    losses[i] = Math.fround(logSumExp(shifted, i) - atLabel) / scales.logBases[i]!;
  }
  return losses;
}
