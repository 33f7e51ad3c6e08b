import type { Signals } from '@sdmjs/activation';
import type { Matrix } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Decoder } from '../decoder.js';
import { createTokenBatch, type TokenBatch } from '../token-batch.js';
import { logitsAt, valueAndGradients, weightedPlaces } from '../train.js';
import { signalsAt } from './network-epoch.js';
import type { NetworkDocument } from './network-document.js';
import { type NetworkLoss, networkLoss } from './network-loss.js';

/** A mini-batch of documents for two bodies. */
export interface BodyBatch {
  /** As it was, and not changed: the reference and the negative model. */
  readonly decoder: Decoder;
  readonly positive: Decoder;
  readonly documents: readonly Pick<NetworkDocument, 'prompt' | 'completion'>[];
  /** One q and d a document. */
  readonly signals: Signals;
  readonly regularizerWeight: number;
  /** @default networkLoss */
  readonly lossOf?: typeof networkLoss;
}

/**
 * The loss of an SDM network on the completions of documents, a mean over their tokens, and its gradient by every weight of the positive body.
 * The loss is taken on the CPU between two passes through the body: the second goes back from the gradient by the logits.
 */
export async function bodyLossAndGradients(
  batch: BodyBatch,
): Promise<{ result: NetworkLoss; gradients: Map<string, Float32Array> }> {
  const { decoder, positive, regularizerWeight, lossOf = networkLoss } = batch;
  const sequences = createTokenBatch(
    batch.documents.map(({ prompt, completion }) => ({
      tokens: [...prompt, ...completion],
      weights: [...prompt.map(() => 0), ...completion.map(() => 1)],
    })),
  );
  const places = weightedPlaces(sequences);
  const reference = await readLogits(decoder, sequences, places);
  const logits = await readLogits(positive, sequences, places);
  const rows = places.map((place) => Math.floor(place / sequences.columns));
  const result = lossOf(
    { reference, negative: reference, positive: logits },
    {
      targets: places.map((place) => sequences.tokens[place]!),
      signals: signalsAt(batch.signals, rows),
      regularizerWeight,
    },
  );
  const { gradients } = await valueAndGradients(positive, () => {
    const byLogits = tf.tensor2d(result.gradient.data, [result.gradient.rows, result.gradient.columns]);
    return tf.sum(tf.mul(logitsAt(positive, sequences, places), byLogits)); // its gradient by the logits is `byLogits`
  });
  return { result, gradients };
}

/** `[places, vocabularySize]` */
async function readLogits(decoder: Decoder, batch: TokenBatch, places: Int32Array): Promise<Matrix> {
  const logits = logitsAt(decoder, batch, places);
  const data = (await logits.data()) as Float32Array;
  logits.dispose();
  return { data, rows: places.length, columns: decoder.config.vocabularySize };
}
