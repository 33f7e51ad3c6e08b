import { SdmError } from '@sdmjs/core';
import { idsOf, type NetworkDocument } from './network-document.js';

/** Where a run is, for its messages. */
export interface TrainingPlace {
  readonly where: string;
  readonly epoch: number;
}

/** Throws `not-finite` with epoch, step and documents where a number of a mini-batch, and with it the loss, is none. */
export function requireFiniteBatch(
  values: Float32Array,
  {
    where,
    epoch,
    step,
    documents,
  }: TrainingPlace & { readonly step: number; readonly documents: readonly Pick<NetworkDocument, 'id'>[] },
): void {
  const stranger = values.find((value) => !Number.isFinite(value));
  if (stranger === undefined) return;
  throw new SdmError(
    'not-finite',
    `${where}: in epoch ${epoch}, on ${idsOf(documents)}, a token logit, and with it the loss, is ${stranger} at step ${step}; lower the learning rate, and go on from what onBest heard`,
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
