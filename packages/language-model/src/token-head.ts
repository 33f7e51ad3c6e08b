import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { logSumExp } from './choose-token.js';
import { type Decoder, tokenLogits } from './decoder.js';

/**
 * Token logits of hidden rows, `[rows, width]` → `[rows, copies · vocabularySize]`. A head over a joint vocabulary has several logits a token,
 * `vocabularySize` columns apart; the token of a column is the column modulo `vocabularySize`.
 */
export type TokenHead = (rows: tf.Tensor2D) => tf.Tensor2D;

/** Where token logits come from. */
export interface TokenSource {
  readonly decoder: Decoder;
  /** @default the head of the decoder, which is its embedding */
  readonly head?: TokenHead;
  /** The trained body of an SDM network: its token logits stand beside those of `decoder`, as the other half of a joint vocabulary. */
  readonly positive?: Decoder;
}

/** A body and the head over its hidden rows. */
export interface TokenPart {
  readonly decoder: Decoder;
  readonly head: TokenHead;
}

/** The bodies that tokens go through; their logits stand side by side. Throws `shape-mismatch` where their vocabularies or contexts differ. */
export function tokenParts({ decoder, head, positive }: TokenSource): TokenPart[] {
  const first = { decoder, head: head ?? ownHead(decoder) };
  if (!positive) return [first];
  const [wanted, got] = [decoder.config, positive.config];
  if (wanted.vocabularySize !== got.vocabularySize || wanted.contextLength !== got.contextLength) {
    throw new SdmError(
      'shape-mismatch',
      `tokenParts: wanted two bodies of one vocabulary and context, got ${wanted.vocabularySize} and ${got.vocabularySize} tokens, contexts of ${wanted.contextLength} and ${got.contextLength}`,
    );
  }
  return [first, { decoder: positive, head: ownHead(positive) }];
}

function ownHead(decoder: Decoder): TokenHead {
  return (rows) => tokenLogits(decoder, rows);
}

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
