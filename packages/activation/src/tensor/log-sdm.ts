import {
  customGrad,
  div,
  exp,
  type GradSaveFunc,
  log,
  max,
  mul,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { ActivationOptions } from '../signals.js';
import { baseScales, type Scales, scaled, signalScales, type TensorSignals } from './scales.js';

/**
 * Logarithm of the SDM activation to the base offset + q, differentiable by the logits only. One tidy.
 * @param logits `[rows, classes]`; so is the result. Throws `shape-mismatch`.
 */
export function logSdm(logits: Tensor2D, signals: TensorSignals, options: ActivationOptions = {}): Tensor2D {
  return tidy('logSdm', () => withGradient(logits, signalScales(logits, signals, options)));
}

/**
 * logSoftmax(ln(base) · exponent · logits) / ln(base) over the last axis, of any rank, differentiable by the logits only. One tidy.
 * @param base above 1: a number, or a tensor shaped like `logits` without its last axis. @param exponent likewise, at least 0; 1 unless given.
 */
export function logSdmBase<T extends Tensor>(logits: T, base: number | Tensor, exponent: number | Tensor = 1): T {
  return tidy('logSdmBase', () => withGradient(logits, baseScales(logits, base, exponent)));
}

/** Scaled logits minus the largest of their row, and ln Σ exp of that. `[…, classes]`, `[…, 1]` */
export function shiftedLogits<T extends Tensor>(logits: T, scales: Scales): { shifted: T; logSum: Tensor } {
  const values = scaled(logits, scales); // [..., classes]
  const shifted = sub<T>(values, max(values, -1, true)); // [..., classes]
  return { shifted, logSum: log(sum(exp(shifted), -1, true)) };
}

function withGradient<T extends Tensor>(logits: T, scales: Scales): T {
  const logarithms = customGrad<T>((_, save) => {
    const { shifted, logSum } = shiftedLogits(logits, scales);
    const natural = sub<T>(shifted, logSum); // [..., classes]
    const saveForGradient = save as GradSaveFunc;
    saveForGradient([exp(natural), scales.exponent]);
    const gradFunc = (dy: T, saved: Tensor[]) => {
      const [probabilities, exponent] = saved;
      return mul(exponent!, sub(dy, mul(probabilities!, sum(dy, -1, true))));
    };
    return { value: div<T>(natural, scales.logBase), gradFunc };
  });
  return logarithms(logits);
}
