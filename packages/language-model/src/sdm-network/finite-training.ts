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
  const stranger = strangerIn(values);
  if (stranger === undefined) return;
  throw new SdmError(
    'not-finite',
    `${where}: in epoch ${epoch}, on ${idsOf(documents)}, a token logit, and with it the loss, is ${stranger} at step ${step}; lower the learning rate, and go on from what onBest heard`,
  );
}

/** Throws `not-finite` with the epoch where its last step left a weight that is no number. */
export function requireFiniteWeights(arrays: Iterable<Float32Array>, { where, epoch }: TrainingPlace): void {
  for (const values of arrays) {
    const stranger = strangerIn(values);
    if (stranger === undefined) continue;
    throw new SdmError(
      'not-finite',
      `${where}: a weight is ${stranger} after epoch ${epoch}; lower the learning rate, and go on from what onBest heard`,
    );
  }
}

function strangerIn(values: Float32Array): number | undefined {
  return values.find((value) => !Number.isFinite(value));
}
