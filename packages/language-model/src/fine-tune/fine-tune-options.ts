import { SdmError } from '@sdmjs/core';
import type { AdamWOptions } from '../adamw.js';
import type { UpdatePlace } from '../create-optimizer.js';
import { verdictFeature } from '../hidden-features.js';
import type { LossLogarithm } from '../next-token-loss.js';
import { type LearningRateSchedule, warmUpThenLinear } from '../schedule.js';
import type { TrainingProgress } from '../train.js';
import { type AnswerOptions, completeAnswerRules, requireAnswerOptions } from './answer-rules.js';
import type { FineTuneEvaluation } from './best-checkpoint.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import { requireRates, type SamplingRates } from './draw-completions.js';
import type { FineTuneState } from './fine-tune-state.js';
import { type FineTuneLoss, requireLoss } from './loss-bases.js';
import { requireContrastive } from './require-contrastive.js';
import type { TuningContext } from './tuning-set.js';
import type { LayerSettings, SupportUpdates } from './verdict-layer.js';

export interface FineTuneOptions extends SamplingRates, AnswerOptions {
  readonly trainingSet: readonly ContrastiveDocument[];
  /** Chooses the checkpoint, and is never trained on. */
  readonly calibrationSet: readonly ContrastiveDocument[];
  /** @default 'sdm' */
  readonly loss?: FineTuneLoss;
  /** Of the next-token loss; 'floored' only to repeat published runs. @default 'stable' */
  readonly logarithm?: LossLogarithm;
  /** Whether the model's own wrong answers become negatives, from the second epoch on. @default true */
  readonly hardNegatives?: boolean;
  /** Of the SDM layers. @default representationSize 1000, epochs 200, batchSize 50, learningRate 1e-5, maxSimilarity 2048 */
  readonly layer?: LayerSettings;
  /** Of losses with an SDM layer; evaluations are not touched. @default 'epoch' */
  readonly supportUpdates?: SupportUpdates;
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
  /** Called after each epoch with what `resume` takes; see `saveFineTuneState` of `@sdmjs/language-model/node`. */
  readonly onCheckpoint?: (state: FineTuneState) => void | Promise<void>;
  /** A state of `onCheckpoint` to go on from, with the same documents and options. The decoder's weights are replaced. */
  readonly resume?: FineTuneState | undefined;
}

/** The numbers of a run that follow from its options. */
export interface FineTunePlan {
  readonly batchSize: number;
  readonly seed: number;
  readonly stepsPerEpoch: number;
  readonly stepCount: number;
  /** Steps from one evaluation to the next. */
  readonly evaluationInterval: number;
  readonly learningRate: LearningRateSchedule;
  /** Whether the model's own wrong answers become negatives in this step. */
  readonly isOnlineAt: (step: number) => boolean;
}

export function planOf(options: FineTuneOptions): FineTunePlan {
  const { trainingSet, epochs = 10, batchSize = 64, evaluationsPerEpoch = 2, seed = 0, hardNegatives = true } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize, evaluationsPerEpoch })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new SdmError('out-of-range', `fineTuneVerified: wanted ${name} of 1 or more, got ${value}`);
  }
  const stepsPerEpoch = Math.ceil(trainingSet.length / batchSize);
  const stepCount = epochs * stepsPerEpoch;
  const warmUpSteps = Math.round(stepCount / 10);
  const rate = options.learningRate ?? warmUpThenLinear({ peak: 5e-5, warmUpSteps, stepCount });
  return {
    batchSize,
    seed,
    stepsPerEpoch,
    stepCount,
    evaluationInterval: Math.max(1, Math.floor(stepsPerEpoch / evaluationsPerEpoch)),
    learningRate: typeof rate === 'number' ? () => rate : rate,
    isOnlineAt: (step) => hardNegatives && step >= stepsPerEpoch,
  };
}

/** What training and evaluation share; throws for whatever can be known to be wrong before the first step. */
export function contextOf(options: FineTuneOptions): TuningContext {
  const { trainingSet, calibrationSet, verdict, loss = 'sdm', layer = {} } = options;
  requireRates(options);
  requireLoss(loss, options.positiveRate);
  requireAnswerOptions(options, 'fineTuneVerified');
  const taken = new Set<string>();
  requireContrastive(trainingSet, { what: 'training set', options, taken });
  requireContrastive(calibrationSet, { what: 'calibration set', options, taken });
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
