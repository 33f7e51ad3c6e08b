import * as tf from '@tensorflow/tfjs-core';

/** What the reference code adds inside its logarithms: the distance from 1 to the next float32. */
const EPSILON = 2 ** -23;

/**
 * ln(e_t + ε) − ln(Σ e + ε) with e = exp(z − max z): what the code behind the tables of arXiv 2510.26183 took for ln softmax(z) at the target t.
 * It never falls far below ln ε = −15.9, and a target further down gets next to no gradient. `[rows, vocabularySize]` → `[rows]`
 */
export function flooredLogProbabilities(
  z: tf.Tensor2D,
  oneHot: tf.Tensor2D,
): { logProbabilities: tf.Tensor1D; exponentials: tf.Tensor2D } {
  const exponentials = tf.exp(tf.sub(z, tf.max(z, 1, true))) as tf.Tensor2D; // [rows, vocabularySize]
  const atTarget = tf.sum(tf.mul(exponentials, oneHot), 1); // [rows]
  const sums = tf.sum(exponentials, 1); // [rows]
  const logProbabilities: tf.Tensor1D = tf.sub(tf.log(tf.add(atTarget, EPSILON)), tf.log(tf.add(sums, EPSILON)));
  return { logProbabilities, exponentials };
}

/** The gradient of −flooredLogProbabilities in z, that of the maximum included, which equal largest logits share. `[rows, vocabularySize]` */
export function flooredSlope(exponentials: tf.Tensor, oneHot: tf.Tensor): tf.Tensor {
  const sums = tf.sum(exponentials, 1, true); // [rows, 1]
  const atTarget = tf.sum(tf.mul(exponentials, oneHot), 1, true); // [rows, 1]
  const targetShare = tf.div(atTarget, tf.add(atTarget, EPSILON)); // [rows, 1]
  const denominators = tf.add(sums, EPSILON); // [rows, 1]
  const largest = tf.cast(tf.equal(exponentials, 1), 'float32'); // [rows, vocabularySize]
  const excess = tf.sub(tf.div(sums, denominators), targetShare); // [rows, 1]
  const toLargest = tf.mul(tf.div(largest, tf.sum(largest, 1, true)), excess); // [rows, vocabularySize]
  return tf.sub(tf.sub(tf.div(exponentials, denominators), tf.mul(oneHot, targetShare)), toLargest);
}
