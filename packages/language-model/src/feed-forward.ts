import * as tf from '@tensorflow/tfjs-core';
import type { DecoderLayer } from './decoder-weights.js';
import { withGradient } from './with-gradient.js';

/** The gated feed-forward part, SwiGLU: (silu(x·gate) ⊙ x·up)·down, with silu(a) = a·sigmoid(a). `[rows, width]` */
export function feedForward(x: tf.Tensor2D, layer: DecoderLayer): tf.Tensor2D {
  const gate: tf.Tensor2D = tf.matMul(x, layer.gate); // [rows, feedForwardSize]
  const up: tf.Tensor2D = tf.matMul(x, layer.up); // [rows, feedForwardSize]
  return tf.matMul(swiGlu(gate, up), layer.down); // [rows, width]
}

/** silu(gate) ⊙ up, with the gradient written out: half the operations. */
function swiGlu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return withGradient([gate, up], ([a, b], save) => {
    const sigmoid = tf.sigmoid(a);
    const silu = tf.mul(a, sigmoid);
    save([b, sigmoid, silu]);
    return { value: tf.mul(silu, b) as tf.Tensor2D, gradFunc: swiGluGradient };
  });
}

/** dgate = dy ⊙ up ⊙ (s + silu − silu ⊙ s) with s = sigmoid(gate); dup = dy ⊙ silu. */
function swiGluGradient(dy: tf.Tensor2D, [up, sigmoid, silu]: tf.Tensor[]): tf.Tensor[] {
  const slope = tf.sub(tf.add(sigmoid!, silu!), tf.mul(silu!, sigmoid!));
  return [tf.mul(tf.mul(dy, up!), slope), tf.mul(dy, silu!)];
}
