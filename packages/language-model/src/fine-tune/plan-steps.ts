import type { Random } from '@sdmjs/core';
import { derivedRandom } from '../derived-random.js';
import { createTokenBatch, type TokenBatch } from '../token-batch.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import type { FineTunePlan } from './fine-tune-options.js';
import type { TuningSet } from './tuning-set.js';

/** The batch of each step, in turn: every epoch begins with a new layer and another order of the documents. */
export function planSteps(
  set: TuningSet,
  documents: readonly ContrastiveDocument[],
  {
    batchSize,
    seed,
    stepsPerEpoch,
    isOnlineAt,
    onDocuments,
  }: FineTunePlan & {
    /** Hears which documents come next: none while a layer is trained. */
    readonly onDocuments: (step: number, documents: readonly ContrastiveDocument[]) => void;
  },
): (step: number) => Promise<TokenBatch> {
  let random = chanceOfEpoch(seed, 0).steps;
  let order: Int32Array = new Int32Array();
  return async (step) => {
    const place = step % stepsPerEpoch;
    if (place === 0) {
      onDocuments(step, []);
      const streams = chanceOfEpoch(seed, step / stepsPerEpoch);
      await set.renew(streams.layer);
      random = streams.steps;
      order = orderByLength(documents, batchSize, random);
    }
    const rows = order.subarray(place * batchSize, (place + 1) * batchSize);
    const batch = Array.from(rows, (row) => documents[row]!);
    onDocuments(step, batch);
    return createTokenBatch(await set.draw(batch, { random, isOnline: isOnlineAt(step) }));
  };
}

/** The streams of chance of the layer and of the batches of an epoch, the first being 0. */
export function chanceOfEpoch(seed: number, epoch: number): { layer: Random; steps: Random } {
  const stream = 2 + 2 * epoch; // 0 and 1 are the evaluations'
  return { layer: derivedRandom(seed, stream + 1), steps: derivedRandom(seed, stream) };
}

/** Documents in an order by chance in which every `batchSize` are of similar length, so that little is padding. */
function orderByLength(documents: readonly ContrastiveDocument[], batchSize: number, random: Random): Int32Array {
  const lengthOf = ({ prompt, positive }: ContrastiveDocument) => prompt.length + positive.length;
  const sorted = random.permutation(documents.length).sort((a, b) => lengthOf(documents[a]!) - lengthOf(documents[b]!));
  const batchCount = Math.ceil(documents.length / batchSize);
  const rows = Array.from(random.permutation(batchCount), (batch) =>
    sorted.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
  // The batch with what is left over goes last, so that the others keep their size.
  rows.sort((a, b) => b.length - a.length);
  return Int32Array.from(rows.flatMap((row) => [...row]));
}
