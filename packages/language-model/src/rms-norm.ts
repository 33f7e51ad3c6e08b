import * as tf from '@tensorflow/tfjs-core';

/** Each row divided by its root mean square, times a learned gain: x · gain / √(mean(x²) + epsilon). `[rows, width]` */
export function rmsNorm(x: tf.Tensor2D, gain: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon)); // [rows, 1]
  return tf.mul(tf.mul(x, inverse), gain);
}
