import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.js';

/** Each row divided by its root mean square, times a learned gain: x · gain / √(mean(x²) + epsilon). `[rows, width]` */
export function rmsNorm(x: tf.Tensor2D, gain: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  // The gradient is written out: a third of the operations that differentiating each step takes.
  return withGradient([x, gain], ([rows, factors], save) => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(rows), 1, true), epsilon)); // [rows, 1]
    const unit: tf.Tensor2D = tf.mul(rows, inverse); // [rows, width]
    save([unit, inverse, factors]);
    return { value: tf.mul(unit, factors) as tf.Tensor2D, gradFunc: rmsNormGradient };
  });
}

/** dx = (g − u · mean(g ⊙ u)) / rms with g = dy ⊙ gain and u = x / rms; dgain = Σ rows dy ⊙ u. */
function rmsNormGradient(dy: tf.Tensor2D, [unit, inverse, gain]: tf.Tensor[]): tf.Tensor[] {
  const g = tf.mul(dy, gain!); // [rows, width]
  const along = tf.mean(tf.mul(g, unit!), 1, true); // [rows, 1]
  const dx = tf.mul(tf.sub(g, tf.mul(unit!, along)), inverse!); // [rows, width]
  return [dx, tf.sum(tf.mul(dy, unit!), 0)];
}
