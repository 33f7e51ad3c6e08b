import { SdmError } from '@sdmjs/core';
import type { AdamWOptions } from '../adamw.js';
import type { Decoder } from '../decoder.js';
import { assignWeight, namedWeights } from '../decoder-weights.js';
import { derivedRandom } from '../derived-random.js';
import { verdictFeature } from '../hidden-features.js';
import type { UpdatePlace } from '../create-optimizer.js';
import { type LearningRateSchedule, warmUpThenLinear } from '../schedule.js';
import { createTokenBatch, type TokenBatch } from '../token-batch.js';
import { trainDecoder, type TrainingProgress, type TrainingState } from '../train.js';
import { type AnswerOptions, completeAnswerRules, roomBeforeVerdict } from './answer-rules.js';
import { type ContrastiveDocument, requireContrastive } from './contrastive-document.js';
import { requireRates, type SamplingRates } from './draw-completions.js';
import { type DocumentsLoss, evaluateDocuments } from './evaluate-documents.js';
import { type FineTuneLoss, requireLoss } from './loss-bases.js';
import { createTuningSet, type TuningContext, type TuningSet } from './tuning-set.js';
import type { LayerSettings } from './verdict-layer.js';

/** The loss on the calibration set after `step` steps. */
export interface FineTuneEvaluation extends DocumentsLoss {
  readonly step: number;
  /** Passes over the training set so far, with a fraction. */
  readonly epoch: number;
  /** Wrong answers of the model in use as negatives of the training set, this epoch. */
  readonly hardNegativeCount: number;
  readonly isBest: boolean;
}

export interface FineTuneOptions extends SamplingRates, AnswerOptions {
  readonly trainingSet: readonly ContrastiveDocument[];
  /** Chooses the checkpoint, and is never trained on. */
  readonly calibrationSet: readonly ContrastiveDocument[];
  /** @default 'sdm' */
  readonly loss?: FineTuneLoss;
  /** Whether the model's own wrong answers become negatives, from the second epoch on. @default true */
  readonly hardNegatives?: boolean;
  /** Of the SDM layers. @default representationSize 1000, epochs 200, batchSize 50, learningRate 1e-5, maxSimilarity 2048 */
  readonly layer?: LayerSettings;
  /** @default 10 */
  readonly epochs?: number;
  /** Documents a step. @default 64 */
  readonly batchSize?: number;
  /** @default up to 5e-5 over a tenth of the steps, then linearly down to 0 */
  readonly learningRate?: number | LearningRateSchedule;
  readonly adamW?: AdamWOptions;
  /** See `trainDecoder`. @default 'cpu' */
  readonly updateOn?: UpdatePlace;
  /** @default 2 */
  readonly evaluationsPerEpoch?: number;
  /** See `encodeContrastive`. */
  readonly verdictWeight?: number;
  readonly openingWeight?: number;
  readonly maskNegatives?: boolean;
  /** @default 0 */
  readonly seed?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onEvaluation?: (evaluation: FineTuneEvaluation) => void;
}

export interface FineTuned {
  readonly bestStep: number;
  readonly bestLoss: number;
  readonly evaluations: readonly FineTuneEvaluation[];
  /** Training loss of each step. */
  readonly losses: readonly number[];
}

/**
 * Fine-tunes a decoder, in place, to answer and to say whether the answer is right (arXiv 2510.26183 §3): contrastive masking, a new SDM layer each epoch
 * whose verdicts set the base of the loss, online hard negatives, and the weights of the lowest calibration loss at the end. With one seed all
 * kinds of loss see the same documents in the same order. Throws `not-finite` with the step, `class-missing` when a half of the documents drew
 * one verdict only, `aborted`.
 */
export async function fineTuneVerified(options: FineTuneOptions): Promise<FineTuned> {
  const { decoder, trainingSet, calibrationSet, epochs = 10, batchSize = 64, evaluationsPerEpoch = 2 } = options;
  const { seed = 0, hardNegatives = true, signal } = options;
  const context = checkedContext(options);
  const training = createTuningSet(context, trainingSet);
  const calibration = createTuningSet(context, calibrationSet);
  const stepsPerEpoch = Math.ceil(trainingSet.length / batchSize);
  const stepCount = epochs * stepsPerEpoch;
  const isOnlineAt = (step: number) => hardNegatives && step >= stepsPerEpoch;
  const choice = createChoice(options.onEvaluation);
  try {
    const { losses } = await trainDecoder({
      decoder,
      batchAt: planSteps(training, options, { stepsPerEpoch, isOnlineAt }),
      stepCount,
      learningRate:
        options.learningRate ?? warmUpThenLinear({ peak: 5e-5, warmUpSteps: Math.round(stepCount / 10), stepCount }),
      checkpointEvery: Math.max(1, Math.floor(stepsPerEpoch / evaluationsPerEpoch)),
      async onCheckpoint(state) {
        const { step } = state.optimizer;
        const rules = { decoder, seed, isOnline: isOnlineAt(step - 1), batchSize, signal };
        const measured = await evaluateDocuments(calibration, calibrationSet, rules);
        const epoch = step / stepsPerEpoch;
        choice.consider({ ...measured, step, epoch, hardNegativeCount: training.hardNegativeCount() }, state);
      },
      ...(options.adamW && { adamW: options.adamW }),
      ...(options.updateOn && { updateOn: options.updateOn }),
      ...(options.onProgress && { onProgress: options.onProgress }),
      ...(signal && { signal }),
    });
    return { ...choice.restore(decoder), losses };
  } finally {
    training.dispose();
    calibration.dispose();
  }
}

/** The batch of each step, in turn: every epoch begins with a new layer and another order of the documents. */
function planSteps(
  set: TuningSet,
  { trainingSet, batchSize = 64, seed = 0 }: FineTuneOptions,
  { stepsPerEpoch, isOnlineAt }: { stepsPerEpoch: number; isOnlineAt: (step: number) => boolean },
): (step: number) => Promise<TokenBatch> {
  let random = derivedRandom(seed, 2);
  let order: Int32Array = new Int32Array();
  return async (step) => {
    const place = step % stepsPerEpoch;
    if (place === 0) {
      const stream = 2 + 2 * (step / stepsPerEpoch); // 0 and 1 are the evaluations'
      await set.renew(derivedRandom(seed, stream + 1));
      random = derivedRandom(seed, stream);
      order = random.permutation(trainingSet.length);
    }
    const rows = order.subarray(place * batchSize, (place + 1) * batchSize);
    const documents = Array.from(rows, (row) => trainingSet[row]!);
    return createTokenBatch(await set.draw(documents, { random, isOnline: isOnlineAt(step) }));
  };
}

/** Keeps the weights of the lowest evaluation loss. */
function createChoice(onEvaluation: FineTuneOptions['onEvaluation']) {
  const evaluations: FineTuneEvaluation[] = [];
  let best: { step: number; loss: number; weights: TrainingState['weights'] } | undefined;
  return {
    consider(measured: Omit<FineTuneEvaluation, 'isBest'>, { weights }: TrainingState) {
      const isBest = !best || measured.loss < best.loss;
      if (isBest) best = { step: measured.step, loss: measured.loss, weights };
      const evaluation = { ...measured, isBest };
      evaluations.push(evaluation);
      onEvaluation?.(evaluation);
    },
    restore(decoder: Decoder): Omit<FineTuned, 'losses'> {
      for (const [name, weight] of namedWeights(decoder.weights)) assignWeight(weight, best!.weights.get(name)!);
      return { bestStep: best!.step, bestLoss: best!.loss, evaluations };
    },
  };
}

function checkedContext(options: FineTuneOptions): TuningContext {
  const { trainingSet, calibrationSet, verdict, loss = 'sdm', layer = {} } = options;
  const { epochs = 10, batchSize = 64, evaluationsPerEpoch = 2 } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize, evaluationsPerEpoch })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new SdmError('out-of-range', `fineTuneVerified: wanted ${name} of 1 or more, got ${value}`);
  }
  requireRates(options);
  requireLoss(loss, options.positiveRate);
  const room = roomBeforeVerdict(options);
  const taken = new Set<string>();
  requireContrastive(trainingSet, { what: 'training set', room, taken });
  requireContrastive(calibrationSet, { what: 'calibration set', room, taken });
  const { positiveRate, generationRate, replacementRate, verdictWeight, openingWeight, maskNegatives } = options;
  return {
    answers: completeAnswerRules(options, trainingSet),
    verdict,
    feature: options.feature ?? verdictFeature(verdict.opening),
    loss,
    rates: defined({ positiveRate, generationRate, replacementRate }),
    encoding: defined({ verdictWeight, openingWeight, maskNegatives }),
    layer,
  };
}

/** Only what was given, so that defaults hold for the rest. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}
