import * as tf from '@tensorflow/tfjs-core';
import type { DecoderLayer } from './decoder-weights.js';
import { type RotaryAngles, rotate } from './rotary.js';

/** What attention must know besides the hidden states. */
export interface AttentionContext {
  readonly batch: number;
  readonly time: number;
  readonly headCount: number;
  readonly angles: RotaryAngles;
  /** Added to the scores: 0 where a slot may be seen, −1e9 where not. Broadcasts to `[batch, heads, time, slots]`. */
  readonly mask: tf.Tensor;
}

/** Rotated keys and values of the tokens so far. `[batch, heads, slots, headSize]` */
export type LayerCache = { readonly keys: tf.Tensor4D; readonly values: tf.Tensor4D };

/** Causal self-attention with rotary positions. `x` is `[batch · time, width]`; slots of `past` come before the new ones. */
export function selfAttention(
  x: tf.Tensor2D,
  layer: DecoderLayer,
  context: AttentionContext & { readonly past?: LayerCache | undefined },
): { output: tf.Tensor2D; cache: LayerCache } {
  const { batch, time, headCount, angles, mask, past } = context;
  const width = x.shape[1];
  const headSize = width / headCount;
  const heads = (rows: tf.Tensor) =>
    tf.transpose(tf.reshape(rows, [batch, time, headCount, headSize]), [0, 2, 1, 3]) as tf.Tensor4D; // [batch, heads, time, headSize]

  const query = rotate(heads(tf.mul(tf.matMul(x, layer.query), 1 / Math.sqrt(headSize))), angles);
  const newKeys = rotate(heads(tf.matMul(x, layer.key)), angles);
  const newValues = heads(tf.matMul(x, layer.value));
  const keys = past ? tf.concat([past.keys, newKeys], 2) : newKeys; // [batch, heads, slots, headSize]
  const values = past ? tf.concat([past.values, newValues], 2) : newValues; // [batch, heads, slots, headSize]

  const scores = tf.add(tf.matMul(query, keys, false, true), mask); // [batch, heads, time, slots]
  const mixed = tf.matMul(tf.softmax(scores), values); // [batch, heads, time, headSize]
  const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * time, width]) as tf.Tensor2D;
  return { output: tf.matMul(joined, layer.output), cache: { keys, values } };
}

/** `[time, time]`: position t sees positions 0 … t. */
export function causalMask(time: number): tf.Tensor2D {
  const mask = new Float32Array(time * time);
  for (let t = 0; t < time; t++) mask.fill(-1e9, t * time + t + 1, (t + 1) * time);
  return tf.tensor2d(mask, [time, time]);
}
