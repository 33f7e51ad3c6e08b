import type { Signals } from '@sdmjs/activation';
import { createPause, type Matrix, type Random, SdmError, selectRows, throwIfAborted } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import type { CompletionStates } from './completion-states.js';
import { type HeadTraining, headGradient, headLogits, stepHead } from './head-training.js';
import { networkLoss } from './network-loss.js';
import { type RegularizerRange, regularizerWeight } from './regularizer-schedule.js';

export interface HeadEpoch {
  readonly decoder: Decoder;
  readonly head: HeadTraining;
  readonly tokens: CompletionStates;
  /** One q and d a document, shared by its tokens; they stay as they are for the epoch. */
  readonly signals: Signals;
  /** Tokens a mini-batch. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly regularizer: RegularizerRange;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}

/** Means over the mini-batches of an epoch. */
export interface HeadEpochReport {
  readonly loss: number;
  readonly distance: number;
}

/** One pass over all tokens in an order by chance. Throws `not-finite` naming the step at which the loss left the numbers. */
export async function trainHeadEpoch(epoch: HeadEpoch): Promise<HeadEpochReport> {
  const { decoder, head, tokens, batchSize, learningRate, signal } = epoch;
  const order = epoch.random.permutation(tokens.targets.length);
  const batchCount = Math.ceil(order.length / batchSize);
  const pause = createPause();
  let [loss, distance] = [0, 0];
  for (let batch = 0; batch < batchCount; batch++) {
    throwIfAborted(signal, 'trainSdmNetwork');
    const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    const states = selectRows(tokens.states, rows);
    const { reference, positive } = await headLogits(decoder, head, states);
    requireFiniteLogits(positive, head.step);
    const documents = rows.map((row) => tokens.documents[row]!);
    const result = networkLoss(
      { reference, negative: reference, positive },
      {
        targets: rows.map((row) => tokens.targets[row]!),
        signals: {
          similarities: Array.from(documents, (index) => epoch.signals.similarities[index]!),
          distanceQuantiles: Array.from(documents, (index) => epoch.signals.distanceQuantiles[index]!),
        },
        regularizerWeight: regularizerWeight(batch, batchCount, epoch.regularizer),
      },
    );
    stepHead(head, await headGradient(decoder, states, result.gradient), learningRate);
    loss += result.loss / batchCount;
    distance += result.distance / batchCount;
    await pause();
  }
  return { loss, distance };
}

function requireFiniteLogits({ data }: Matrix, step: number): void {
  const stranger = data.find((value) => !Number.isFinite(value));
  if (stranger === undefined) return;
  throw new SdmError(
    'not-finite',
    `trainSdmNetwork: a token logit, and with it the loss, is ${stranger} at step ${step}; lower the learning rate`,
  );
}
