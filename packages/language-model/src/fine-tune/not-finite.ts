import { SdmError } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import { assignWeights, namedWeights } from '../decoder-weights.js';
import type { TrainingState } from '../train.js';
import type { BestCheckpoint } from './best-checkpoint.js';
import type { ContrastiveDocument } from './contrastive-document.js';

/** What is being done, kept up to date for the case that the numbers go wrong. */
export interface TuningPlace {
  step: number;
  isEvaluation: boolean;
  /** None while an SDM layer is trained. */
  documents: readonly ContrastiveDocument[];
}

/**
 * For `not-finite`: gives the decoder the weights of the best evaluation, or those it began with, and returns an error that says where it happened.
 * Any other error is returned as it is.
 */
export function restoreAfter(
  error: unknown,
  {
    decoder,
    checkpoint,
    first,
    place,
    stepsPerEpoch,
  }: {
    readonly decoder: Decoder;
    readonly checkpoint: BestCheckpoint;
    readonly first: TrainingState['weights'];
    readonly place: TuningPlace;
    readonly stepsPerEpoch: number;
  },
): unknown {
  if (!SdmError.is(error, 'not-finite')) return error;
  const best = checkpoint.best();
  assignWeights(namedWeights(decoder.weights), best?.weights ?? first);
  const { step, isEvaluation, documents } = place;
  const epoch = Math.floor((isEvaluation ? step - 1 : step) / stepsPerEpoch) + 1;
  const when = isEvaluation ? `evaluating after step ${step}` : `step ${step}`;
  const ids = documents.map(({ id }) => JSON.stringify(id)).join(', ');
  const what = ids === '' ? 'training the SDM layer' : `documents ${ids}`;
  const left = best ? `of the best evaluation, after step ${best.step},` : 'that it began with';
  return new SdmError(
    'not-finite',
    `fineTuneVerified: ${when} in epoch ${epoch}, ${what}: ${error.message}. The decoder has the weights ${left} again, and what onCheckpoint got before is whole`,
    { cause: error },
  );
}
