import { SdmError } from '@sdmjs/core';
import { VERIFIED } from '../contrastive-masking.js';
import type { AnswerSettings, IsCorrect } from './generate-answers.js';
import type { NetworkEpochReport } from './network-choice.js';
import { type NetworkDocument, requireDocuments } from './network-document.js';
import type { RegularizerRange } from './regularizer-schedule.js';

/** What training the head and training the whole body have in common. `Kept` is what is kept of an epoch. */
export interface NetworkTrainingOptions<Kept>
  extends Pick<AnswerSettings, 'decoder' | 'delimiter' | 'maxNewTokens' | 'allowedTokens' | 'signal'>,
    Partial<Pick<AnswerSettings, 'feature'>> {
  /** The documents of the support set. Only the right ones are in the loss. */
  readonly trainingSet: readonly NetworkDocument[];
  /** The documents that calibrate the estimator and choose the epoch. */
  readonly calibrationSet: readonly NetworkDocument[];
  /** Whether an answer solves the task; deterministic. */
  readonly isCorrect: IsCorrect;
  /** @default 5 */
  readonly epochs?: number;
  /** Of Adam, constant. @default 1e-5 */
  readonly learningRate?: number;
  /** β of the regulariser, rising within each epoch. @default from 0 to 0.1 */
  readonly regularizer?: RegularizerRange;
  /** @default 235 */
  readonly seed?: number;
  readonly onEpoch?: (report: NetworkEpochReport) => void;
  /** Hears what is kept as soon as an epoch is the best so far, from before training on; a run that fails later has not lost it. */
  readonly onBest?: (kept: Kept) => void | Promise<void>;
}

/** The documents of the loss. Throws unless both sets can be trained on and every prompt leaves room for an answer. */
export function checkedPositives(
  options: Pick<
    NetworkTrainingOptions<unknown>,
    'decoder' | 'delimiter' | 'maxNewTokens' | 'trainingSet' | 'calibrationSet'
  >,
  where: string,
): NetworkDocument[] {
  const { trainingSet, calibrationSet, delimiter, maxNewTokens } = options;
  const { contextLength } = options.decoder.config;
  const limits = { delimiter, maxNewTokens, contextLength, where };
  requireDocuments(trainingSet, { ...limits, what: 'the training set' });
  requireDocuments(calibrationSet, { ...limits, what: 'the calibration set' });
  const positives = trainingSet.filter(({ label }) => label === VERIFIED);
  if (positives.length > 0) return positives;
  throw new SdmError(
    'empty-input',
    `${where}: wanted at least one document with label 1 in the training set; add prompts with their right completion`,
  );
}

/** Throws `out-of-range` and names the setting. */
export function requireSettings(
  settings: Record<'epochs' | 'batchSize' | 'learningRate', number>,
  where: string,
): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value > 0 && (name === 'learningRate' ? Number.isFinite(value) : Number.isSafeInteger(value))) continue;
    throw new SdmError('out-of-range', `${where}: ${name}: wanted a number above 0, counts whole, got ${value}`);
  }
}
