import { createPause, createMatrix, type Matrix, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Decoder, hiddenStates } from '../decoder.js';
import { padIntoBatches } from '../padded-batches.js';
import type { NetworkDocument } from './network-document.js';

/** Every completion token of the documents, in order, with the state that predicts it. */
export interface CompletionStates {
  /** `[tokens, width]` */
  readonly states: Matrix;
  /** `[tokens]` */
  readonly targets: Int32Array;
  /** `[tokens]` place of the document that each token is from. */
  readonly documents: Int32Array;
}

/** Hidden states that do not change while only the head is trained. From the first completion token on, which the prompt's last state predicts. */
export async function completionStates(options: {
  readonly decoder: Decoder;
  readonly documents: readonly Pick<NetworkDocument, 'prompt' | 'completion'>[];
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<CompletionStates> {
  const { decoder, documents, batchSize = 256, signal } = options;
  const { width } = decoder.config;
  const offsets = offsetsOf(documents.map(({ completion }) => completion.length));
  const states = createMatrix(offsets.at(-1)!, width);
  const sequences = documents.map(({ prompt, completion }) => [...prompt, ...completion]);
  const limits = { ...decoder.config, where: 'trainSdmNetwork' };
  const pause = createPause();
  for (const { rows, columns, tokens, indices } of padIntoBatches(sequences, batchSize, limits)) {
    throwIfAborted(signal, 'trainSdmNetwork');
    const hidden = tf.tidy(() => hiddenStates(decoder, tf.tensor2d(tokens, [rows, columns], 'int32')));
    const values = (await hidden.data()) as Float32Array; // [rows, columns, width]
    hidden.dispose();
    indices.forEach((index, row) => {
      const { prompt, completion } = documents[index]!;
      const start = (row * columns + prompt.length - 1) * width;
      states.data.set(values.subarray(start, start + completion.length * width), offsets[index]! * width);
    });
    await pause();
  }
  return {
    states,
    targets: Int32Array.from(documents.flatMap(({ completion }) => completion)),
    documents: Int32Array.from(documents.flatMap(({ completion }, index) => completion.map(() => index))),
  };
}

/** Where each part begins, and the total. */
function offsetsOf(lengths: readonly number[]): number[] {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  return offsets;
}
