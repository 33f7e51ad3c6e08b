import type { Signals } from '@sdmjs/activation';
import { createPause, type Random, throwIfAborted } from '@sdmjs/core';
import type { NetworkDocument } from './network-document.js';
import type { NetworkLoss } from './network-loss.js';
import { type RegularizerRange, regularizerWeight } from './regularizer-schedule.js';

/** One pass over the right documents. */
export interface NetworkEpoch {
  readonly epoch: number;
  readonly documents: readonly NetworkDocument[];
  /** One q and d a document, shared by its tokens; they stay as they are for the epoch. */
  readonly signals: Signals;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly regularizer: RegularizerRange;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}

/** Means over the mini-batches of an epoch. */
export interface NetworkEpochLoss {
  readonly loss: number;
  readonly distance: number;
}

/** Takes `count` places in an order by chance through `trainBatch`, a mini-batch at a time, with the weight of the regulariser rising. */
export async function eachBatch(
  { batchSize, regularizer, random, signal }: NetworkEpoch,
  { count, where }: { readonly count: number; readonly where: string },
  trainBatch: (places: Int32Array, regularizerWeight: number) => Promise<Pick<NetworkLoss, 'loss' | 'distance'>>,
): Promise<NetworkEpochLoss> {
  const order = random.permutation(count);
  const batchCount = Math.ceil(count / batchSize);
  const pause = createPause();
  let [loss, distance] = [0, 0];
  for (let batch = 0; batch < batchCount; batch++) {
    throwIfAborted(signal, where);
    const places = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    const result = await trainBatch(places, regularizerWeight(batch, batchCount, regularizer));
    loss += result.loss / batchCount;
    distance += result.distance / batchCount;
    await pause();
  }
  return { loss, distance };
}

/** q and d of the documents at places, one each. */
export function signalsAt(signals: Signals, places: Int32Array): Signals {
  return {
    similarities: Array.from(places, (place) => signals.similarities[place]!),
    distanceQuantiles: Array.from(places, (place) => signals.distanceQuantiles[place]!),
  };
}
