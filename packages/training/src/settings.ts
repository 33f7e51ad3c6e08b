import { alphaLadder } from '@sdmjs/calibration';
import { SdmError } from '@sdmjs/core';
import { isSelectionRule, type SelectionRule } from './select-checkpoint.js';

/** The numbers of a training run. */
export interface TrainingSettings {
  /** Numbers in a representation, the M of the papers. @default 1000 */
  readonly representationSize: number;
  /** @default 20 */
  readonly epochs: number;
  /** @default 64 */
  readonly batchSize: number;
  /** Of Adam, constant. @default 1e-5 */
  readonly learningRate: number;
  /** In [0, 2^64); round i uses seed + i. @default 0 */
  readonly seed: number | bigint;
  /** Splits and initialisations to try, the J of the papers; the best one is kept. @default 1 */
  readonly rounds: number;
  /** Whether every round pools both sets and halves them anew. @default true */
  readonly shuffle: boolean;
  /** Whether a shuffle halves every class by itself, so that no half lacks a class of two or more examples. @default false */
  readonly stratify: boolean;
  /**
   * What the best epoch and the best round are chosen by, the last of equals: the lowest balanced calibration SDM loss, or (the rule of
   * arXiv 2502.20167) the largest mean over the classes of the median calibration q. @default 'balancedLoss'
   */
  readonly selectBy: SelectionRule;
  /** Cap of q, an integer >= 2. @default 2048 */
  readonly maxSimilarity: number;
  /** In (1, e]. @default 2 */
  readonly similarityOffset: number;
  /** Rows with q at most this are out of distribution. @default 0 */
  readonly outOfDistributionLimit: number;
  /** First epochs trained by plain cross-entropy; beyond 1 they are not matched, and only the best of them is scored. @default 1 */
  readonly crossEntropyEpochs: number;
  /** Step of the ladder of target accuracies that the run is meant for; only warnings and metadata depend on it. @default 0.05 */
  readonly alphaResolution: number;
}

/** Settings as a caller gives them: what is left out or undefined takes its default. */
export type GivenSettings = { readonly [Name in keyof TrainingSettings]?: TrainingSettings[Name] | undefined };

const DEFAULTS: TrainingSettings = {
  representationSize: 1000,
  epochs: 20,
  batchSize: 64,
  learningRate: 1e-5,
  seed: 0,
  rounds: 1,
  shuffle: true,
  stratify: false,
  selectBy: 'balancedLoss',
  maxSimilarity: 2048,
  similarityOffset: 2,
  outOfDistributionLimit: 0,
  crossEntropyEpochs: 1,
  alphaResolution: 0.05,
};

/** Settings with their defaults. Throws `out-of-range` and names the setting, what it wants and what it got. */
export function completeSettings(given: GivenSettings): TrainingSettings {
  const settings: TrainingSettings = {
    representationSize: given.representationSize ?? DEFAULTS.representationSize,
    epochs: given.epochs ?? DEFAULTS.epochs,
    batchSize: given.batchSize ?? DEFAULTS.batchSize,
    learningRate: given.learningRate ?? DEFAULTS.learningRate,
    seed: given.seed ?? DEFAULTS.seed,
    rounds: given.rounds ?? DEFAULTS.rounds,
    shuffle: given.shuffle ?? DEFAULTS.shuffle,
    stratify: given.stratify ?? DEFAULTS.stratify,
    selectBy: given.selectBy ?? DEFAULTS.selectBy,
    maxSimilarity: given.maxSimilarity ?? DEFAULTS.maxSimilarity,
    similarityOffset: given.similarityOffset ?? DEFAULTS.similarityOffset,
    outOfDistributionLimit: given.outOfDistributionLimit ?? DEFAULTS.outOfDistributionLimit,
    crossEntropyEpochs: given.crossEntropyEpochs ?? DEFAULTS.crossEntropyEpochs,
    alphaResolution: given.alphaResolution ?? DEFAULTS.alphaResolution,
  };
  requireSettings(settings);
  return settings;
}

function requireSettings(settings: TrainingSettings): void {
  const { learningRate, seed, similarityOffset, crossEntropyEpochs, epochs } = settings;
  requireCount(settings, 'representationSize', 1);
  requireCount(settings, 'epochs', 1);
  requireCount(settings, 'batchSize', 1);
  const rate = Math.fround(learningRate);
  require(Number.isFinite(rate) && rate > 0, 'learningRate', 'a float32 number > 0', learningRate);
  const isInteger = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  require(isInteger &&
    seed >= 0 &&
    BigInt(seed) < 2n ** 64n, 'seed', 'an integer in [0, 2^64), a bigint beyond 2^53', seed);
  requireCount(settings, 'maxSimilarity', 2);
  const isOffset = Number.isFinite(similarityOffset) && similarityOffset > 1 && similarityOffset <= Math.E;
  require(isOffset, 'similarityOffset', 'a number in (1, e]', similarityOffset);
  requireCount(settings, 'outOfDistributionLimit', 0);
  alphaLadder(settings.alphaResolution);
  requireCount(settings, 'crossEntropyEpochs', 1);
  require(crossEntropyEpochs <= epochs, 'crossEntropyEpochs', `at most the ${epochs} epochs`, crossEntropyEpochs);
  requireCount(settings, 'rounds', 1);
  require(isSelectionRule(settings.selectBy), 'selectBy', "'balancedLoss' or 'medianSimilarity'", settings.selectBy);
  require(settings.shuffle || !settings.stratify, 'stratify', 'shuffle: true with it', 'shuffle: false');
}

type CountSetting = {
  [Name in keyof TrainingSettings]: TrainingSettings[Name] extends number ? Name : never;
}[keyof TrainingSettings];

function requireCount(settings: TrainingSettings, name: CountSetting, least: number): void {
  const value = settings[name];
  require(Number.isSafeInteger(value) && value >= least, name, `an integer >= ${least}`, value);
}

function require(isGood: boolean, name: string, ...[wanted, got]: [wanted: string, got: unknown]): void {
  if (!isGood) throw new SdmError('out-of-range', `trainModel: ${name}: wanted ${wanted}, got ${got}`);
}
