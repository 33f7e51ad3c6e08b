import type { Matrix } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Decoder, tokenLogits } from '../decoder.js';
import type { TokenHead } from '../token-head.js';

/** Token logits under the trained head. `[rows, width]` → `[rows, vocabularySize]` */
export function positiveLogits(decoder: Decoder, positive: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(tf.mul(rows, decoder.config.logitScale), positive, false, true));
}

/** The head over the joint vocabulary: the decoder's own logits, then those of `positive` `[vocabularySize, width]`. */
export function jointHead(decoder: Decoder, positive: tf.Tensor2D): TokenHead {
  return (rows) => tf.tidy(() => tf.concat([tokenLogits(decoder, rows), positiveLogits(decoder, positive, rows)], 1));
}

/** The decoder's own head, with which training begins. `[vocabularySize, width]` */
export async function referenceHead({ config, weights }: Decoder): Promise<Matrix> {
  const data = ((await weights.embedding.data()) as Float32Array).slice();
  return { data, rows: config.vocabularySize, columns: config.width };
}
