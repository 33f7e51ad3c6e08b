import { type Matrix, SdmError } from '@sdmjs/core';
import { requireLogits, requireTarget, softmaxRow } from './softmax.js';

export interface SoftmaxThresholdOptions {
  readonly targetAccuracy: number;
  /** What the logits are divided by; `fitTemperature` gives one. @default 1 */
  readonly temperature?: number | undefined;
}

/**
 * The plain baseline: 1 where the largest softmax probability is at least the target, 0 elsewhere. `[rows]`
 * Throws `shape-mismatch`, `not-finite` or `out-of-range`. @param logits `[rows, classes]`
 */
export function admitBySoftmax(logits: Matrix, options: SoftmaxThresholdOptions): Uint8Array {
  const { targetAccuracy, temperature = 1 } = options;
  requireLogits(logits, 'admitBySoftmax');
  requireTarget(targetAccuracy, 'admitBySoftmax');
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new SdmError('out-of-range', `admitBySoftmax: wanted a positive temperature, got ${temperature}`);
  }
  return Uint8Array.from({ length: logits.rows }, (_, i) =>
    Number(Math.max(...softmaxRow(logits, i, temperature)) >= targetAccuracy),
  );
}
