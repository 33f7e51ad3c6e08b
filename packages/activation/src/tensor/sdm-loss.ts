import { SdmError } from '@sdmjs/core';
import {
  cast,
  customGrad,
  div,
  exp,
  expandDims,
  type GradSaveFunc,
  mean,
  mul,
  oneHot,
  type Scalar,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { ActivationOptions } from '../signals.js';
import { shiftedLogits } from './log-sdm.js';
import { signalScales, type TensorSignals } from './scales.js';

/** Mean of `sdmRowLosses`: the training loss of a batch, differentiable by the logits only. One tidy. */
export function sdmLoss(
  logits: Tensor2D,
  labels: Tensor1D,
  signals: TensorSignals,
  options: ActivationOptions = {},
): Scalar {
  return tidy('sdmLoss', () => mean<Scalar>(sdmRowLosses(logits, labels, signals, options)));
}

/**
 * Loss of each row, −log to the base offset + q of the activation at the true class; its gradient is d · (activation − one-hot). One tidy. `[rows]`
 * @param logits `[rows, classes]` @param labels `[rows]` int32. For the language model's base β pass similarities β − 2 and distance quantiles 1.
 */
export function sdmRowLosses(
  logits: Tensor2D,
  labels: Tensor1D,
  signals: TensorSignals,
  options: ActivationOptions = {},
): Tensor1D {
  const [rows, classes] = logits.shape;
  if (labels.shape[0] !== rows || labels.dtype !== 'int32') {
    throw new SdmError(
      'shape-mismatch',
      `sdmLoss: wanted int32 labels of shape [${rows}], got ${labels.dtype} [${labels.shape}]`,
    );
  }
  return tidy('sdmRowLosses', () => {
    const scales = signalScales(logits, signals, options);
    const targets = cast(oneHot(labels, classes), 'float32'); // [rows, classes]
    const losses = customGrad<Tensor1D>((_, save) => {
      const { shifted, logSum } = shiftedLogits(logits, scales);
      const atLabel = sum(mul(shifted, targets), -1, true); // [rows, 1]
      const saveForGradient = save as GradSaveFunc;
      saveForGradient([exp(sub(shifted, logSum)), targets, scales.exponent]);
      const gradFunc = (dy: Tensor1D, saved: Tensor[]) => {
        const [probabilities, wanted, exponent] = saved;
        return mul(mul(expandDims(dy, -1), exponent!), sub(probabilities!, wanted!));
      };
      return { value: squeeze<Tensor1D>(div(sub(logSum, atLabel), scales.logBase), [-1]), gradFunc };
    });
    return losses(logits);
  });
}
