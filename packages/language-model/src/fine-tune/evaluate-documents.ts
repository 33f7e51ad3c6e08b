import { type Random, SdmError, throwIfAborted } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import { derivedRandom } from '../derived-random.js';
import type { LossLogarithm } from '../next-token-loss.js';
import { createTokenBatch } from '../token-batch.js';
import { batchLoss } from '../train.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import type { TuningSet } from './tuning-set.js';

/** The loss of a set of documents at the present weights. */
export interface DocumentsLoss {
  /** Mean over the tokens in the loss, each in the base of its document. Comparable only within one kind of loss. */
  readonly loss: number;
  /** Mean β over the documents: what a constant base must be to compare with. */
  readonly meanLossBase: number;
}

/**
 * Renews the set's SDM layer and takes the loss of all its documents. Equal seeds draw the same halves, and the same verdicts, so that
 * evaluations of one run differ only by what the model has learned. Throws `not-finite`.
 */
export async function evaluateDocuments(
  set: TuningSet,
  documents: readonly ContrastiveDocument[],
  options: {
    readonly decoder: Decoder;
    readonly seed: number;
    readonly isOnline: boolean;
    readonly batchSize: number;
    readonly logarithm?: LossLogarithm | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Hears which documents come next: none while the layer is trained. */
    readonly onDocuments: (documents: readonly ContrastiveDocument[]) => void;
  },
): Promise<DocumentsLoss> {
  const { decoder, seed, isOnline, batchSize, logarithm, signal, onDocuments } = options;
  const { layer, draws: random } = chanceOfEvaluation(seed);
  onDocuments([]);
  await set.renew(layer);
  let [losses, weights, bases] = [0, 0, 0];
  for (let start = 0; start < documents.length; start += batchSize) {
    throwIfAborted(signal, 'fineTuneVerified');
    const some = documents.slice(start, start + batchSize);
    onDocuments(some);
    const sequences = await set.draw(some, { random, isOnline });
    const batch = createTokenBatch(sequences);
    const value = batchLoss(decoder, batch, logarithm);
    const weight = batch.weights.reduce((sum, w) => sum + w, 0);
    const loss = (await value.data())[0]!;
    value.dispose();
    if (!Number.isFinite(loss))
      throw new SdmError(
        'not-finite',
        `evaluateDocuments: the loss is ${loss}; lower the learning rate or lengthen the warm-up`,
      );
    losses += weight * loss;
    weights += weight;
    bases += sequences.reduce((sum, { lossBase = Math.E }) => sum + lossBase, 0);
  }
  return { loss: losses / weights, meanLossBase: bases / documents.length };
}

/** The streams of chance of the layer and of the draws of every evaluation. */
export function chanceOfEvaluation(seed: number): { layer: Random; draws: Random } {
  return { layer: derivedRandom(seed, 0), draws: derivedRandom(seed, 1) };
}
