import { SdmError } from '@sdmjs/core';
import { idsOf, type NetworkDocument } from './network-document.js';
import { type NetworkLoss, networkLoss } from './network-loss.js';

/** Where a run is, for its messages. */
export interface TrainingPlace {
  readonly where: string;
  readonly epoch: number;
}

/** A mini-batch, for its messages. */
export interface BatchPlace extends TrainingPlace {
  readonly step: number;
  readonly documents: readonly Pick<NetworkDocument, 'id'>[];
}

/** `networkLoss` of a mini-batch. Where it is no number, throws `not-finite` with epoch, step and documents, before any weight moves. */
export function lossOfBatch(place: BatchPlace, ...[logits, targets]: Parameters<typeof networkLoss>): NetworkLoss {
  const stranger = logits.positive.data.find((value) => !Number.isFinite(value));
  if (stranger !== undefined) throw lostLoss(place, stranger);
  try {
    return networkLoss(logits, targets);
  } catch (cause) {
    throw SdmError.is(cause, 'not-finite') ? lostLoss(place, 'beyond float32', cause) : cause;
  }
}

function lostLoss({ where, epoch, step, documents }: BatchPlace, value: number | string, cause?: unknown): SdmError {
  return new SdmError(
    'not-finite',
    `${where}: in epoch ${epoch}, on ${idsOf(documents)}, a token logit, and with it the loss, is ${value} at step ${step}; lower the learning rate, and go on from what onBest heard`,
    { cause },
  );
}

/** Measures the network after an epoch; where its last step lost the numbers, with no loss to tell, `not-finite` names the epoch. */
export async function measureAfter<Result>(
  { where, epoch }: TrainingPlace,
  measure: () => Promise<Result>,
): Promise<Result> {
  try {
    return await measure();
  } catch (cause) {
    if (epoch === 0 || !SdmError.is(cause, 'not-finite')) throw cause;
    throw new SdmError(
      'not-finite',
      `${where}: after epoch ${epoch} the network gives something that is no number; lower the learning rate, and go on from what onBest heard (${cause.message})`,
      { cause },
    );
  }
}
