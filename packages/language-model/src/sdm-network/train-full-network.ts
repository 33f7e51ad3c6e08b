import { createRandom } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import { type AdamWOptions, createAdamWState } from '../adamw.js';
import { type Decoder, restoreDecoder } from '../decoder.js';
import { namedWeights, readWeights, type WeightArrays } from '../decoder-weights.js';
import type { Tokenizer } from '../tokenizer.js';
import { delimiterFeature } from './delimiter-feature.js';
import { measureAfter } from './finite-training.js';
import { countAnswers, trainingSignals } from './generate-answers.js';
import { createChoice, type NetworkEpochReport } from './network-choice.js';
import { requireBothLabels } from './network-document.js';
import type { NetworkEpochLoss } from './network-epoch.js';
import type { NetworkLayerSettings } from './network-layer.js';
import { checkedPositives, type NetworkTrainingOptions, requireSettings } from './network-options.js';
import { createStages } from './network-stage.js';
import { trainBodyEpoch } from './train-body-epoch.js';

export interface TrainFullSdmNetworkOptions extends NetworkTrainingOptions<NetworkBody> {
  /** Stays as it is: the reference and the negative model. The positive one starts from a copy. */
  readonly decoder: Decoder;
  /** Part of the fingerprint of the features, as in `createSdmNetworkModel`. */
  readonly tokenizer: Tokenizer;
  /** Of the layer that is trained before the first epoch and after each. @default representationSize 1000, epochs 50, batchSize 50, learningRate 1e-5, maxSimilarity the size of the larger class */
  readonly layer?: NetworkLayerSettings;
  /** Right documents a mini-batch. @default 50 */
  readonly batchSize?: number;
  /** @default no weight decay and no clipping */
  readonly adamW?: AdamWOptions;
}

/** The body of an epoch, and the estimator of its features. */
export interface NetworkBody {
  /** For `restoreDecoder`, under the names of `namedWeights`. */
  readonly positive: WeightArrays;
  /** Freed by whoever trained when a better one comes, and by the caller at the end; it loads again what it needs when asked. */
  readonly estimator: SdmEstimator;
  readonly epoch: number;
}

export interface FullSdmNetwork extends Omit<NetworkBody, 'epoch'> {
  /** 0 where no epoch did better than the copy that training began with. */
  readonly bestEpoch: number;
  readonly history: readonly NetworkEpochReport[];
}

/**
 * Trains the positive body of an SDM network with all its weights (arXiv 2502.20167 Alg. 4). After each epoch the layer is trained anew on the
 * features of both bodies and calibrated, and the network answers both sets as in `trainSdmNetwork`; weights and layer are kept where the count of
 * verified and right calibration answers is strictly the largest so far, counted from before training. Throws `class-missing` unless both sets
 * have right and wrong documents, `not-finite` with epoch, step and documents, or `aborted`.
 */
export async function trainFullSdmNetwork(options: TrainFullSdmNetworkOptions): Promise<FullSdmNetwork> {
  const { decoder, calibrationSet, isCorrect, signal, seed = 235, layer = {}, regularizer = {} } = options;
  const { epochs = 5, batchSize = 50, learningRate = 1e-5 } = options;
  requireSettings({ epochs, batchSize, learningRate }, WHERE);
  const documents = checkedPositives(options, WHERE);
  requireBothLabels(options.trainingSet, { where: WHERE, what: 'the training set' });
  requireBothLabels(calibrationSet, { where: WHERE, what: 'the calibration set' });
  const random = createRandom(seed);
  const body = await startBodyTraining(options);
  const feature = options.feature ?? delimiterFeature(options.delimiter);
  const stages = createStages({ ...options, positive: body.positive, feature, layer, seed });
  const choice = createChoice<NetworkBody>(options);
  const measure = async (epoch: number, losses?: NetworkEpochLoss) => {
    const { stage, answers } = await measureAfter({ where: WHERE, epoch }, async () => {
      const stage = await stages.at(epoch);
      return { stage, answers: await stage.answer(calibrationSet) };
    });
    const counts = countAnswers(calibrationSet, answers, isCorrect);
    const capture = async () => ({ epoch, positive: await body.capture(), estimator: stage.estimator });
    await choice.consider({ epoch, ...losses, ...counts }, capture);
    stages.release(stage.estimator, choice.best().estimator);
    return stage;
  };
  let best: NetworkBody | undefined;
  try {
    let stage = await measure(0);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const signals = trainingSignals(await stage.answer(documents), stage.scale);
      const pass = { epoch, documents, signals, batchSize, learningRate, regularizer, random, signal };
      stage = await measure(epoch, await trainBodyEpoch({ ...pass, ...body, decoder }));
    }
    best = choice.best();
    return { positive: best.positive, estimator: best.estimator, bestEpoch: best.epoch, history: choice.history };
  } finally {
    stages.release(best?.estimator);
    body.positive.dispose();
  }
}

const WHERE = 'trainFullSdmNetwork';

/** The positive body in training, from a copy of the decoder. */
async function startBodyTraining({ decoder, adamW }: Pick<TrainFullSdmNetworkOptions, 'decoder' | 'adamW'>) {
  const positive = restoreDecoder(decoder.config, await readWeights(namedWeights(decoder.weights)));
  const weights = namedWeights(positive.weights);
  return {
    positive,
    optimizer: createAdamWState(weights),
    adamW: { weightDecay: 0, maxGradientNorm: Infinity, ...adamW },
    capture: () => readWeights(weights),
  };
}
