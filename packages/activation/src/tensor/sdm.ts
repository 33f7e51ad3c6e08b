import {
  customGrad,
  type GradSaveFunc,
  mul,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { ActivationOptions } from '../signals.js';
import { scaled, signalScales, type TensorSignals } from './scales.js';

/**
 * The SDM activation on tensors: softmax of logits · d · ln(offset + q), differentiable by the logits only. One tidy.
 * @param logits `[rows, classes]`; so is the result. Throws `shape-mismatch` (arXiv 2509.12760v5).
 */
export function sdm(logits: Tensor2D, signals: TensorSignals, options: ActivationOptions = {}): Tensor2D {
  return tidy('sdm', () => {
    const scales = signalScales(logits, signals, options);
    const activation = customGrad<Tensor2D>((_, save) => {
      const value = softmax(scaled(logits, scales)); // [rows, classes]
      const saveForGradient = save as GradSaveFunc;
      saveForGradient([value, mul(scales.exponent, scales.logBase)]);
      const gradFunc = (dy: Tensor2D, saved: Tensor[]) => {
        const [probabilities, scale] = saved;
        const weighted = mul(dy, probabilities!); // [rows, classes]
        return mul(scale!, sub(weighted, mul(probabilities!, sum(weighted, -1, true))));
      };
      return { value, gradFunc };
    });
    return activation(logits);
  });
}
