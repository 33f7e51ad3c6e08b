import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { flooredLogProbabilities, flooredSlope } from './floored-logarithm.js';
import { withGradient } from './with-gradient.js';

/** What the loss of `[rows, vocabularySize]` logits needs besides them; every array has one entry a row. */
export interface LossTargets {
  /** The id of the true next token. */
  readonly targets: Int32Array;
  /** Weight of the row's loss; the total is divided by the sum of the weights. */
  readonly weights: Float32Array;
  /** Base β of the row's softmax and logarithm, > 1 (arXiv 2510.26183 Eq. 1: 2 + SDM of the true verdict). @default e */
  readonly lossBases?: Float32Array;
  /** Exponent of the row: its logits are multiplied by it; at least 0. @default 1 */
  readonly exponents?: Float32Array;
  /** @default 'stable' */
  readonly logarithm?: LossLogarithm;
}

/**
 * How the loss takes ln softmax. `stable`: exactly. `floored`: with an ε inside the logarithm, as the code behind the published tables did until
 * January 2026; only to repeat them.
 */
export type LossLogarithm = 'stable' | 'floored';

/**
 * Weighted mean of −log_β softmax_β(z)_target with softmax_β(z) = β^z / Σ β^z: cross-entropy for β = e. With β = 2 + q and
 * exponent d it is the SDM loss. A scalar, differentiable in the logits; β and d are constants to the gradient, which is
 * weight · d · (softmax_β − one-hot) / Σ weights.
 */
export function nextTokenLoss(logits: tf.Tensor2D, wanted: LossTargets): tf.Scalar {
  const total = checkedTotal(logits, wanted);
  const logarithm = LOGARITHMS[wanted.logarithm ?? 'stable'];
  return withGradient([logits], ([input], save) => {
    const shares = tf.tensor1d(wanted.weights.map((weight) => weight / total)); // [rows]
    const logBases = tf.tensor1d(wanted.lossBases?.map(Math.log) ?? [1]); // [rows] or [1]
    const scales = wanted.exponents ? tf.mul(logBases, wanted.exponents) : logBases; // [rows] or [1]
    const isScaled = wanted.lossBases ?? wanted.exponents;
    const z: tf.Tensor2D = isScaled ? tf.mul(input, tf.expandDims(scales, 1)) : input; // [rows, vocabularySize]
    const oneHot = oneHotRows(wanted.targets, input.shape[1]); // [rows, vocabularySize]
    const { logProbabilities, kept } = logarithm.forward(z, oneHot);
    save([kept, oneHot, wanted.exponents ? tf.mul(shares, wanted.exponents) : shares]);
    const gradFunc = (dy: tf.Scalar, [fromForward, truth, rowShares]: tf.Tensor[]) => [
      tf.mul(logarithm.slope(fromForward!, truth!), tf.expandDims(tf.mul(rowShares!, dy), 1)),
    ];
    const value: tf.Scalar = tf.sum(tf.mul(tf.div(tf.neg(logProbabilities), logBases), shares));
    return { value, gradFunc };
  });
}

/** ln of the probability of each row's target, what the gradient needs of it, and the gradient of its negative. */
const LOGARITHMS = {
  stable: {
    forward(z: tf.Tensor2D, oneHot: tf.Tensor2D) {
      const { logProbabilities, probabilities } = stableLogProbabilities(z, oneHot);
      return { logProbabilities, kept: probabilities };
    },
    slope: (probabilities: tf.Tensor, oneHot: tf.Tensor): tf.Tensor => tf.sub(probabilities, oneHot),
  },
  floored: {
    forward(z: tf.Tensor2D, oneHot: tf.Tensor2D) {
      const { logProbabilities, exponentials } = flooredLogProbabilities(z, oneHot);
      return { logProbabilities, kept: exponentials };
    },
    slope: flooredSlope,
  },
} as const;

/** ln softmax(z) at each row's target. `[rows, vocabularySize]` → `[rows]` */
export function targetLogProbabilities(z: tf.Tensor2D, targets: Int32Array): tf.Tensor1D {
  return stableLogProbabilities(z, oneHotRows(targets, z.shape[1])).logProbabilities;
}

function stableLogProbabilities(z: tf.Tensor2D, oneHot: tf.Tensor2D) {
  const probabilities = tf.softmax(z); // [rows, vocabularySize]
  // ln Σ exp z = max z − ln max p: as stable as the shifted sum, and one exponential less.
  const logSums = tf.sub(tf.max(z, 1), tf.log(tf.max(probabilities, 1))); // [rows]
  const logProbabilities: tf.Tensor1D = tf.sub(tf.sum(tf.mul(z, oneHot), 1), logSums); // [rows]
  return { logProbabilities, probabilities };
}

/** `[rows, columns]`: 1 at each row's target. */
function oneHotRows(targets: Int32Array, columns: number): tf.Tensor2D {
  // Cast: the WASM kernel writes integers whatever dtype it is asked for.
  return tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), columns), 'float32') as tf.Tensor2D;
}

function checkedTotal(logits: tf.Tensor2D, { targets, weights, lossBases, exponents }: LossTargets): number {
  const [rows, vocabularySize] = logits.shape;
  const lengths = [targets, weights, lossBases, exponents].map((values) => values?.length ?? rows);
  if (lengths.some((length) => length !== rows)) {
    throw new SdmError(
      'shape-mismatch',
      `nextTokenLoss: ${rows} rows of logits want as many targets, weights, bases and exponents, got ${lengths.join(', ')}`,
    );
  }
  if (exponents?.some((exponent) => !(exponent >= 0))) {
    throw new SdmError('out-of-range', 'nextTokenLoss: wanted every exponent at 0 or above');
  }
  if (targets.some((target) => target < 0 || target >= vocabularySize)) {
    throw new SdmError('out-of-range', `nextTokenLoss: wanted targets in [0, ${vocabularySize})`);
  }
  if (lossBases?.some((base) => !(base > 1))) {
    throw new SdmError('out-of-range', 'nextTokenLoss: wanted every loss base above 1');
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) {
    throw new SdmError('empty-input', 'nextTokenLoss: wanted weights with a positive sum; no token is in the loss');
  }
  return total;
}
