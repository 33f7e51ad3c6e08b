import { createPause, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { hiddenStates } from './decoder.js';
import { targetLogProbabilities } from './next-token-loss.js';
import { padIntoBatches } from './padded-batches.js';
import { marginalLogits, type TokenSource, tokenParts } from './token-head.js';

/**
 * ln of the probability of every token given those before it; entry 0, which nothing precedes, is 0. One array a sequence, in the given order.
 * Sum a slice for the log-probability of an answer; `Math.exp` of one entry is, for instance, p(Yes).
 */
export async function scoreTokens(
  options: TokenSource & {
    readonly sequences: readonly ArrayLike<number>[];
    /** @default 256 */
    readonly batchSize?: number;
    readonly signal?: AbortSignal;
  },
): Promise<Float32Array[]> {
  const { decoder, sequences, batchSize = 256, signal } = options;
  const parts = tokenParts(options);
  const results: Float32Array[] = [];
  const pause = createPause();
  for (const batch of padIntoBatches(sequences, batchSize, { ...decoder.config, where: 'scoreTokens' })) {
    throwIfAborted(signal, 'scoreTokens');
    const { rows, columns, tokens, indices } = batch;
    const scores = tf.tidy(() => {
      const ids = tf.tensor2d(tokens, [rows, columns], 'int32');
      const partLogits = parts.map((part) => {
        const hidden = hiddenStates(part.decoder, ids); // [rows, columns, width]
        return part.head(tf.reshape(hidden, [rows * columns, -1]) as tf.Tensor2D);
      });
      const joint = partLogits.length === 1 ? partLogits[0]! : tf.concat(partLogits, 1);
      const logits = marginalLogits(joint, decoder.config.vocabularySize);
      const next = Int32Array.from(tokens, (_, place) => tokens[place + 1] ?? 0);
      return targetLogProbabilities(logits, next); // [rows * columns]
    });
    const values = (await scores.data()) as Float32Array;
    indices.forEach((index, row) => {
      const length = sequences[index]!.length;
      const scored = new Float32Array(length);
      scored.set(values.subarray(row * columns, row * columns + length - 1), 1);
      results[index] = scored;
    });
    scores.dispose();
    await pause();
  }
  return results;
}
