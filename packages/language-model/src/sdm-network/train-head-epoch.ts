import { selectRows } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import type { CompletionStates } from './completion-states.js';
import { lossOfBatch } from './finite-training.js';
import { type HeadTraining, headGradient, headLogits, stepHead } from './head-training.js';
import { eachBatch, type NetworkEpoch, type NetworkEpochLoss, signalsAt } from './network-epoch.js';

/** Its mini-batches are tokens. */
export interface HeadEpoch extends NetworkEpoch {
  readonly decoder: Decoder;
  readonly head: HeadTraining;
  readonly tokens: CompletionStates;
}

/** One pass over all tokens in an order by chance. Throws `not-finite` naming the step at which the loss left the numbers. */
export function trainHeadEpoch(epoch: HeadEpoch): Promise<NetworkEpochLoss> {
  const { decoder, head, tokens, learningRate } = epoch;
  const where = 'trainSdmNetwork';
  return eachBatch(epoch, { count: tokens.targets.length, where }, async (rows, regularizerWeight) => {
    const states = selectRows(tokens.states, rows);
    const places = rows.map((row) => tokens.documents[row]!);
    const { reference, positive } = await headLogits(decoder, head, states);
    const documents = [...new Set(places)].map((index) => epoch.documents[index]!);
    const result = lossOfBatch(
      { where, epoch: epoch.epoch, step: head.step, documents },
      { reference, negative: reference, positive },
      {
        targets: rows.map((row) => tokens.targets[row]!),
        signals: signalsAt(epoch.signals, places),
        regularizerWeight,
      },
    );
    stepHead(head, await headGradient(decoder, states, result.gradient), learningRate);
    return result;
  });
}
