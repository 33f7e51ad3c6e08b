import * as tf from '@tensorflow/tfjs-core';
import type { DecoderLayer } from './decoder-weights.js';

/** The gated feed-forward part, SwiGLU: (silu(x·gate) ⊙ x·up)·down, with silu(a) = a·sigmoid(a). `[rows, width]` */
export function feedForward(x: tf.Tensor2D, layer: DecoderLayer): tf.Tensor2D {
  const gate = tf.matMul(x, layer.gate); // [rows, feedForwardSize]
  const up = tf.matMul(x, layer.up); // [rows, feedForwardSize]
  const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up); // [rows, feedForwardSize]
  return tf.matMul(gated, layer.down); // [rows, width]
}
