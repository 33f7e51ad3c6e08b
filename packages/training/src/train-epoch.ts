import type { Signals } from '@sdmjs/activation';
import { createPause, type Random, SdmError, throwIfAborted } from '@sdmjs/core';
import type { EngineRound } from './engine.js';

export interface EpochInputs {
  readonly round: EngineRound;
  /** q and d of all training rows, from the evaluation before. */
  readonly signals: Signals;
  readonly exampleCount: number;
  readonly batchSize: number;
  /** Gives the order of the rows. */
  readonly random: Random;
  /** Any of them stops the epoch before the next batch. */
  readonly stopSignals: readonly (AbortSignal | undefined)[];
}

/** One pass over the training rows in a fresh order, the last partial batch included. Resolves to the mean loss while the weights move. */
export async function trainEpoch(inputs: EpochInputs): Promise<number> {
  const { round, signals, exampleCount, batchSize, random, stopSignals } = inputs;
  const order = random.permutation(exampleCount);
  let total = 0;
  const pause = createPause(); // so that progress shows and an abort arrives
  for (let start = 0; start < exampleCount; start += batchSize) {
    for (const signal of stopSignals) throwIfAborted(signal, 'trainModel');
    const rows = order.subarray(start, start + batchSize);
    const loss = await round.trainBatch(rows, signals);
    if (!Number.isFinite(loss)) {
      throw new SdmError('not-finite', `trainModel: training diverged, a batch loss is ${loss}; lower learningRate`);
    }
    total += loss * rows.length;
    await pause();
  }
  return total / exampleCount;
}
