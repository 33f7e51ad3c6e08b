// Registers the gradients of TensorFlow.js's own operations, which tfjs-core alone lacks.
import '@tensorflow/tfjs-layers';
import { SdmError } from '@sdmjs/core';
import {
  add,
  cast,
  expandDims,
  log,
  mul,
  reshape,
  scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type ActivationOptions, requireOffset } from '../signals.js';

/** What the support set says about each row; no gradient flows into either. The values are not checked: that would wait for the device. */
export interface TensorSignals {
  /** `[rows]` (or `[rows, 1]`) similarity q, at least 0. */
  readonly similarities: Tensor1D | Tensor2D;
  /** `[rows]` (or `[rows, 1]`) distance quantile d in [0, 1]. */
  readonly distanceQuantiles: Tensor1D | Tensor2D;
}

/** Scaled logits are (logits · exponent) · logBase; both broadcast against the logits. */
export interface Scales {
  readonly exponent: Tensor;
  readonly logBase: Tensor;
}

/** Exponent d and ln(q + offset), each `[rows, 1]`. Throws `shape-mismatch` or `out-of-range`. Call inside a tidy. */
export function signalScales(logits: Tensor2D, signals: TensorSignals, options: ActivationOptions): Scales {
  requireClasses(logits);
  const offset = requireOffset(options, 'sdm');
  const similarities = column(signals.similarities, logits, 'similarities');
  return {
    exponent: column(signals.distanceQuantiles, logits, 'distanceQuantiles'),
    logBase: log(add(similarities, scalar(offset))),
  };
}

/** Base and exponent given directly, numbers or tensors without the last axis of the logits. Call inside a tidy. */
export function baseScales(logits: Tensor, base: number | Tensor, exponent: number | Tensor): Scales {
  requireClasses(logits);
  return { exponent: lastAxis(exponent, logits, 'exponent'), logBase: log(lastAxis(base, logits, 'base')) };
}

/** (logits · exponent) · logBase, in the association of the array functions. */
export function scaled<T extends Tensor>(logits: T, { exponent, logBase }: Scales): T {
  return mul<T>(mul(logits, exponent), logBase);
}

function requireClasses(logits: Tensor): void {
  const classes = logits.shape.at(-1) ?? 0;
  if (classes < 2)
    throw new SdmError('shape-mismatch', `sdm: wanted logits with 2 or more classes, got shape [${logits.shape}]`);
}

function column(values: Tensor, logits: Tensor2D, what: string): Tensor2D {
  const rows = logits.shape[0];
  if (values.size !== rows || values.rank > 2 || values.rank < 1 || values.shape[0] !== rows) {
    throw new SdmError('shape-mismatch', `sdm: wanted ${what} of shape [${rows}], got [${values.shape}]`);
  }
  return reshape(cast(values, 'float32'), [rows, 1]);
}

function lastAxis(value: number | Tensor, logits: Tensor, what: string): Tensor {
  if (typeof value === 'number') return scalar(value);
  const wanted = logits.shape.slice(0, -1);
  if (`${value.shape}` !== `${wanted}`) {
    throw new SdmError('shape-mismatch', `logSdmBase: wanted ${what} of shape [${wanted}], got [${value.shape}]`);
  }
  return expandDims(value, -1);
}
