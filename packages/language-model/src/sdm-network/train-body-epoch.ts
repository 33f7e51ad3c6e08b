import { type AdamWOptions, type AdamWState, applyAdamW } from '../adamw.js';
import type { Decoder } from '../decoder.js';
import { namedWeights } from '../decoder-weights.js';
import { bodyLossAndGradients } from './body-loss.js';
import { lossOfBatch } from './finite-training.js';
import { eachBatch, type NetworkEpoch, type NetworkEpochLoss, signalsAt } from './network-epoch.js';

/** Its mini-batches are documents. */
export interface BodyEpoch extends NetworkEpoch {
  readonly decoder: Decoder;
  /** Its weights change in place. */
  readonly positive: Decoder;
  readonly optimizer: AdamWState;
  readonly adamW: AdamWOptions;
}

/** One pass over the documents in an order by chance. Throws `not-finite` with epoch, step and documents where the loss left the numbers. */
export function trainBodyEpoch(epoch: BodyEpoch): Promise<NetworkEpochLoss> {
  const { decoder, positive, optimizer, learningRate, adamW } = epoch;
  const where = 'trainFullSdmNetwork';
  const weights = namedWeights(positive.weights);
  return eachBatch(epoch, { count: epoch.documents.length, where }, async (places, regularizerWeight) => {
    const documents = Array.from(places, (place) => epoch.documents[place]!);
    const { result, gradients } = await bodyLossAndGradients({
      decoder,
      positive,
      documents,
      signals: signalsAt(epoch.signals, places),
      regularizerWeight,
      lossOf: (...parts) => lossOfBatch({ where, epoch: epoch.epoch, step: optimizer.step, documents }, ...parts),
    });
    await applyAdamW(weights, gradients, { state: optimizer, learningRate, options: adamW });
    return result;
  });
}
