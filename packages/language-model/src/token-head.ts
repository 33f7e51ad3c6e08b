import * as tf from '@tensorflow/tfjs-core';
import { logSumExp } from './choose-token.js';

/**
 * Token logits of hidden rows, `[rows, width]` → `[rows, copies · vocabularySize]`. A head over a joint vocabulary has several logits a token,
 * `vocabularySize` columns apart; the token of a column is the column modulo `vocabularySize`.
 */
export type TokenHead = (rows: tf.Tensor2D) => tf.Tensor2D;

/** Columns of the allowed tokens in a row of `columns` logits; undefined for all. */
export function allowedColumns(
  allowed: readonly number[] | undefined,
  vocabularySize: number,
  columns: number,
): readonly number[] | undefined {
  if (!allowed || columns === vocabularySize) return allowed;
  const copies = columns / vocabularySize;
  return allowed
    .filter((token) => token < vocabularySize)
    .flatMap((token) => Array.from({ length: copies }, (_, copy) => token + copy * vocabularySize));
}

/** ln of the probability of a token, over all its columns; NaN where there is no such token. */
export function logProbabilityOf(logits: Float32Array, token: number, vocabularySize: number): number {
  const copies = logits.length / vocabularySize;
  const ofToken = Float32Array.from(
    { length: copies },
    (_, copy) => logits[token + copy * vocabularySize] ?? Number.NaN,
  );
  return logSumExp(ofToken) - logSumExp(logits);
}

/** One logit a token, ln Σ exp over its columns: softmax of it is the probability of the token. `[rows, vocabularySize]` */
export function marginalLogits(logits: tf.Tensor2D, vocabularySize: number): tf.Tensor2D {
  const [rows, columns] = logits.shape;
  if (columns === vocabularySize) return logits;
  return tf.tidy(() => {
    const copies = tf.reshape(logits, [rows, columns / vocabularySize, vocabularySize]);
    const largest = tf.max(copies, 1, true); // [rows, 1, vocabularySize]
    const sums = tf.log(tf.sum(tf.exp(tf.sub(copies, largest)), 1)); // [rows, vocabularySize]
    return tf.add(sums, tf.squeeze(largest, [1])) as tf.Tensor2D;
  });
}
