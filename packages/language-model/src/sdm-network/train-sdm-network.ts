import { createRandom, type Matrix } from '@sdmjs/core';
import { fitTrainingDistances } from '../training-distances.js';
import { completionStates } from './completion-states.js';
import { delimiterFeature } from './delimiter-feature.js';
import { requireOwnEstimator } from './estimator-check.js';
import { measureAfter } from './finite-training.js';
import { type AnswerSettings, countAnswers, decoderAnswers, trainingSignals } from './generate-answers.js';
import { startHeadTraining } from './head-training.js';
import { jointHead, referenceHead } from './joint-head.js';
import { createChoice, type NetworkEpochReport } from './network-choice.js';
import type { NetworkEpochLoss } from './network-epoch.js';
import { checkedPositives, type NetworkTrainingOptions, requireSettings } from './network-options.js';
import { trainHeadEpoch } from './train-head-epoch.js';

export interface TrainSdmNetworkOptions
  extends NetworkTrainingOptions<NetworkHead>,
    Pick<AnswerSettings, 'estimator' | 'fingerprint'> {
  /** Tokens a mini-batch, drawn over all documents as in the reference code. @default 50 */
  readonly batchSize?: number;
}

/** The head of an epoch. */
export interface NetworkHead {
  /** `[vocabularySize, width]`, for `createSdmNetworkModel`. */
  readonly head: Matrix;
  readonly epoch: number;
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
  const where = 'trainSdmNetwork';
  requireSettings({ epochs, batchSize, learningRate }, where);
  const documents = checkedPositives(options, where);
  const settings = { ...options, feature: options.feature ?? delimiterFeature(options.delimiter) };
  requireOwnEstimator(settings, where);
  const { calibrationSet, isCorrect, regularizer = {} } = options;
  const random = createRandom(options.seed ?? 235);
  const scale = await fitTrainingDistances(estimator.model);
  const tokens = await completionStates({ decoder, documents, signal });
  const head = startHeadTraining(await referenceHead(decoder));
  const answer = decoderAnswers(settings, jointHead(decoder, head.variable));
  const choice = createChoice<NetworkHead>(options);
  const capture = (epoch: number) => ({ epoch, head: { ...head.weights, data: head.weights.data.slice() } });
  const measure = async (epoch: number, losses?: NetworkEpochLoss) => {
    const answers = await measureAfter({ where, epoch }, () => answer(calibrationSet));
    await choice.consider({ epoch, ...losses, ...countAnswers(calibrationSet, answers, isCorrect) }, capture);
  };
  try {
    await measure(0);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const signals = trainingSignals(await answer(documents), scale);
      const pass = { epoch, documents, signals, batchSize, learningRate, regularizer, random, signal };
      await measure(epoch, await trainHeadEpoch({ ...pass, decoder, head, tokens }));
    }
    const best = choice.best();
    return { head: best.head, bestEpoch: best.epoch, history: choice.history };
  } finally {
    head.variable.dispose();
  }
}
