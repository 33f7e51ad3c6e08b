import { createRandom, type Matrix, SdmError } from '@sdmjs/core';
import type { TokenHead } from '../token-head.js';
import { VERIFIED } from '../contrastive-masking.js';
import { completionStates } from './completion-states.js';
import { delimiterFeature } from './delimiter-feature.js';
import {
  type AnswerSettings,
  countAnswers,
  generateAnswers,
  type IsCorrect,
  trainingSignals,
} from './generate-answers.js';
import { startHeadTraining } from './head-training.js';
import { jointHead, referenceHead } from './joint-head.js';
import { type NetworkDocument, requireDocuments } from './network-document.js';
import type { RegularizerRange } from './regularizer-schedule.js';
import { trainHeadEpoch } from './train-head-epoch.js';
import { fitTrainingDistances } from '../training-distances.js';

/** What an epoch came to; epoch 0 is the network before training. */
export interface NetworkEpochReport {
  readonly epoch: number;
  /** Mean next-token loss in base 2 + q, and distance from the reference, over the mini-batches; undefined at epoch 0. */
  readonly loss?: number;
  readonly distance?: number;
  /** Over the calibration set: answers that are right, admitted as verified, and both. */
  readonly correctCount: number;
  readonly admittedCount: number;
  readonly verifiedCount: number;
  /** Whether its weights are the best so far. */
  readonly isBest: boolean;
}

export interface TrainSdmNetworkOptions
  extends Omit<AnswerSettings, 'feature'>,
    Partial<Pick<AnswerSettings, 'feature'>> {
  /** The documents that the estimator was trained on. Only the right ones are in the loss. */
  readonly trainingSet: readonly NetworkDocument[];
  /** The documents that it was calibrated on; they choose the epoch. */
  readonly calibrationSet: readonly NetworkDocument[];
  /** Whether an answer solves the task; deterministic. */
  readonly isCorrect: IsCorrect;
  /** @default 5 */
  readonly epochs?: number;
  /** Tokens a mini-batch, drawn over all documents as in the reference code. @default 50 */
  readonly batchSize?: number;
  /** Of Adam, constant. @default 1e-5 */
  readonly learningRate?: number;
  /** β of the regulariser, rising within each epoch. @default from 0 to 0.1 */
  readonly regularizer?: RegularizerRange;
  /** @default 235 */
  readonly seed?: number;
  readonly onEpoch?: (report: NetworkEpochReport) => void;
}

export interface TrainedSdmNetwork {
  /** The best head `[vocabularySize, width]`, for `createSdmNetworkModel`. */
  readonly head: Matrix;
  /** 0 where no epoch did better than the decoder's own head. */
  readonly bestEpoch: number;
  readonly history: readonly NetworkEpochReport[];
}

/**
 * Trains the positive head of an SDM network on fixed hidden states (arXiv 2502.20167 Alg. 4, only W_pos moves). After each epoch the network
 * answers both sets: the training set gives the next q and d, the calibration set the count of verified, admitted and right answers; the
 * weights are kept where it is strictly the largest so far, counted from before training. Throws `not-finite` with the step, or `aborted`.
 */
export async function trainSdmNetwork(options: TrainSdmNetworkOptions): Promise<TrainedSdmNetwork> {
  const { decoder, estimator, epochs = 5, batchSize = 50, learningRate = 1e-5, signal } = options;
  requireSettings({ epochs, batchSize, learningRate });
  const positives = checkedPositives(options);
  const settings = { ...options, feature: options.feature ?? delimiterFeature(options.delimiter) };
  const random = createRandom(options.seed ?? 235);
  const scale = await fitTrainingDistances(estimator.model);
  const tokens = await completionStates({ decoder, documents: positives, signal });
  const head = startHeadTraining(await referenceHead(decoder));
  const joint = jointHead(decoder, head.variable);
  try {
    const signalsNow = async () => trainingSignals(await generateAnswers(settings, joint, positives), scale);
    const choice = createChoice(options.onEpoch);
    choice.consider({ epoch: 0, ...(await countCalibration(settings, joint)) }, head.weights);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const signals = await signalsNow();
      const { regularizer = {} } = options;
      const pass = { decoder, head, tokens, signals, batchSize, learningRate, regularizer, random, signal };
      const report = await trainHeadEpoch(pass);
      choice.consider({ epoch, ...report, ...(await countCalibration(settings, joint)) }, head.weights);
    }
    return choice.result();
  } finally {
    head.variable.dispose();
  }
}

async function countCalibration(settings: AnswerSettings & TrainSdmNetworkOptions, head: TokenHead) {
  const { calibrationSet, isCorrect } = settings;
  return countAnswers(calibrationSet, await generateAnswers(settings, head, calibrationSet), isCorrect);
}

/** Keeps a copy of the weights with the strictly largest count. */
function createChoice(onEpoch: TrainSdmNetworkOptions['onEpoch']) {
  const history: NetworkEpochReport[] = [];
  let best: { epoch: number; count: number; head: Matrix } | undefined;
  return {
    consider(report: Omit<NetworkEpochReport, 'isBest'>, weights: Matrix) {
      const isBest = !best || report.verifiedCount > best.count;
      if (isBest) {
        const head = { ...weights, data: weights.data.slice() };
        best = { epoch: report.epoch, count: report.verifiedCount, head };
      }
      const complete = { ...report, isBest };
      history.push(complete);
      onEpoch?.(complete);
    },
    result: (): TrainedSdmNetwork => ({ head: best!.head, bestEpoch: best!.epoch, history }),
  };
}

function checkedPositives({ trainingSet, calibrationSet, delimiter }: TrainSdmNetworkOptions): NetworkDocument[] {
  requireDocuments(trainingSet, delimiter, 'the training set');
  requireDocuments(calibrationSet, delimiter, 'the calibration set');
  const positives = trainingSet.filter(({ label }) => label === VERIFIED);
  if (positives.length > 0) return positives;
  throw new SdmError('empty-input', 'trainSdmNetwork: wanted at least one document with label 1 in the training set');
}

function requireSettings(settings: Record<'epochs' | 'batchSize' | 'learningRate', number>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value > 0 && (name === 'learningRate' || Number.isSafeInteger(value))) continue;
    throw new SdmError('out-of-range', `trainSdmNetwork: ${name}: wanted a number above 0, counts whole, got ${value}`);
  }
}
