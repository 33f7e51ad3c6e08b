import { createPause, createMatrix, type Matrix, SdmError, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Decoder, hiddenStates } from './decoder.js';
import { padIntoBatches } from './padded-batches.js';

/** Which hidden states of a sequence become its features: a mean over positions, joined with the state at one position. */
export interface HiddenFeature {
  /** Says what is computed; part of the fingerprint of the features, so two different rules need two names. */
  readonly name: string;
  /** Positions in a sequence of token ids; neither list nor position may look beyond the sequence. */
  positions(tokens: ArrayLike<number>): { readonly meanPositions: ArrayLike<number>; readonly lastPosition: number };
}

/** The features of arXiv 2510.26183: mean over prompt and answer up to and including the last `verdictToken`, joined with the state there. */
export function verdictFeature(verdictToken: number): HiddenFeature {
  return {
    name: `mean over 0..v, state at v; v = last token ${verdictToken}`,
    positions(tokens) {
      const lastPosition = lastIndexOf(tokens, verdictToken);
      return { meanPositions: Array.from({ length: lastPosition + 1 }, (_, i) => i), lastPosition };
    },
  };
}

/** Mean over the `count` tokens before the last `verdictToken` (the answer with its end token), joined with the state at it. */
export function answerFeature(verdictToken: number, count: number): HiddenFeature {
  return {
    name: `mean over v-${count}..v-1, state at v; v = last token ${verdictToken}`,
    positions(tokens) {
      const lastPosition = lastIndexOf(tokens, verdictToken);
      return { meanPositions: Array.from({ length: count }, (_, i) => lastPosition - count + i), lastPosition };
    },
  };
}

/**
 * Features of token sequences, `[sequences, 2 · width]`: the mean, then the single state, both after the last norm. Tokens after the last
 * position used are not read, and padding is in no mean. Throws `out-of-range` where the positions do not fit the sequence.
 */
export async function hiddenFeatures(options: {
  readonly decoder: Decoder;
  readonly sequences: readonly ArrayLike<number>[];
  readonly feature: HiddenFeature;
  /** @default 256 */
  readonly batchSize?: number;
  readonly onProgress?: (progress: { readonly completed: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}): Promise<Matrix> {
  const { decoder, sequences, batchSize = 256, signal } = options;
  const places = sequences.map((tokens, index) => checkedPlaces(options.feature, tokens, index));
  const needed = sequences.map((tokens, i) => Array.prototype.slice.call(tokens, 0, places[i]!.length) as number[]);
  const width = decoder.config.width;
  const features = createMatrix(sequences.length, 2 * width);
  const pause = createPause();
  let completed = 0;
  for (const { rows, columns, tokens, indices } of padIntoBatches(needed, batchSize, {
    ...decoder.config,
    where: 'hiddenFeatures',
  })) {
    throwIfAborted(signal, 'hiddenFeatures');
    const shares = meanShares(
      indices.map((index) => places[index]!),
      columns,
    );
    const lastPlaces = indices.map((index, row) => row * columns + places[index]!.lastPosition);
    const pooled = tf.tidy(() => {
      const hidden = hiddenStates(decoder, tf.tensor2d(tokens, [rows, columns], 'int32')); // [rows, columns, width]
      const means = tf.sum(tf.mul(hidden, tf.tensor3d(shares, [rows, columns, 1])), 1); // [rows, width]
      const flat = tf.reshape(hidden, [rows * columns, width]);
      const states = tf.gather(flat, tf.tensor1d(lastPlaces, 'int32')); // [rows, width]
      return tf.concat([means, states], 1); // [rows, 2 · width]
    });
    const values = (await pooled.data()) as Float32Array;
    pooled.dispose();
    indices.forEach((index, row) => {
      features.data.set(values.subarray(row * 2 * width, (row + 1) * 2 * width), index * 2 * width);
    });
    completed += rows;
    options.onProgress?.({ completed, total: sequences.length });
    await pause();
  }
  return features;
}

type Places = ReturnType<typeof checkedPlaces>;

/** `[rows · columns]`: 1 / count at the positions of a row's mean, 0 elsewhere. */
function meanShares(rows: readonly Places[], columns: number): Float32Array {
  const shares = new Float32Array(rows.length * columns);
  rows.forEach(({ meanPositions }, row) => {
    for (let i = 0; i < meanPositions.length; i++)
      shares[row * columns + meanPositions[i]!]! += 1 / meanPositions.length;
  });
  return shares;
}

function checkedPlaces(feature: HiddenFeature, tokens: ArrayLike<number>, index: number) {
  const { meanPositions, lastPosition } = feature.positions(tokens);
  let largest = lastPosition;
  let smallest = lastPosition;
  for (let i = 0; i < meanPositions.length; i++) {
    largest = Math.max(largest, meanPositions[i]!);
    smallest = Math.min(smallest, meanPositions[i]!);
  }
  if (meanPositions.length === 0 || smallest < 0 || largest >= tokens.length) {
    throw new SdmError(
      'out-of-range',
      `hiddenFeatures: sequence ${index} of ${tokens.length} tokens has no place for "${feature.name}" (positions ${smallest} to ${largest}); end it with its verdict token`,
    );
  }
  return { meanPositions, lastPosition, length: largest + 1 };
}

function lastIndexOf(tokens: ArrayLike<number>, token: number): number {
  for (let i = tokens.length - 1; i >= 0; i--) if (tokens[i] === token) return i;
  return -1;
}
