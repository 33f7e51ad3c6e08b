import { SdmError } from '@sdmjs/core';
import type { LayerSettings } from '@sdmjs/language-model';
import type { SplitShares } from './corpus/splits.js';

/** Everything that decides what a run does, besides its seed. */
export interface Preset {
  readonly name: string;
  readonly corpus: CorpusSizes;
  readonly model: ModelSizes;
  readonly pretraining: TrainingSizes;
  readonly fineTuning: FineTuningSizes;
  readonly estimator: EstimatorSizes;
  readonly network: NetworkSizes;
}

export interface CorpusSizes {
  readonly shares: SplitShares;
  readonly vocabularySize: number;
  /** Whether pretraining reads the non-fiction of the Brown corpus, too. @default false */
  readonly readsFurtherText?: boolean;
  /** How many words are put in order (k). */
  readonly answerLength: number;
  /** Tokens of prefix and answer. */
  readonly minLength: number;
  readonly maxLength: number;
  /** The same for the set of longer sentences. */
  readonly longMinLength: number;
  readonly longMaxLength: number;
  /** Items of D_tr, of D_ca, of the test set and of each shifted set, at most. */
  readonly supportCount: number;
  readonly calibrationCount: number;
  readonly testCount: number;
  readonly shiftedCount: number;
}

export interface ModelSizes {
  readonly width: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly feedForwardSize: number;
}

export interface TrainingSizes {
  readonly tokenCount: number;
  readonly tokensPerStep: number;
  readonly learningRate: number;
}

export interface FineTuningSizes {
  readonly epochs: number;
  /** Documents a step. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** SDM layers during fine-tuning, one round each. */
  readonly layer: LayerSettings;
}

/** Of the head of an SDM network. */
export interface NetworkSizes {
  readonly epochs: number;
  /** Tokens a step. */
  readonly batchSize: number;
  readonly learningRate: number;
}

export interface EstimatorSizes {
  readonly representationSize: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly rounds: number;
}

/** Tokens of an item besides prefix and answer: `<shuf>`, the shuffled words, `<ctx>`, `<end>`, `<verified>` and the verdict. */
export function contextLengthOf({ corpus }: Preset): number {
  return corpus.longMaxLength + corpus.answerLength + 5;
}

const smoke: Preset = {
  name: 'smoke',
  corpus: {
    shares: { support: 0.14, calibration: 0.22, test: 0.15, selection: 0.04 },
    vocabularySize: 600,
    answerLength: 3,
    minLength: 6,
    maxLength: 24,
    longMinLength: 28,
    longMaxLength: 44,
    supportCount: 2000,
    calibrationCount: 3600,
    testCount: 1500,
    shiftedCount: 500,
  },
  model: { width: 48, layerCount: 2, headCount: 4, feedForwardSize: 128 },
  pretraining: { tokenCount: 400_000, tokensPerStep: 1024, learningRate: 3e-3 },
  fineTuning: {
    epochs: 5,
    batchSize: 48,
    learningRate: 2e-3,
    layer: { representationSize: 128, epochs: 10, learningRate: 1e-3 },
  },
  estimator: { representationSize: 128, epochs: 10, batchSize: 50, learningRate: 1e-3, rounds: 3 },
  network: { epochs: 5, batchSize: 50, learningRate: 3e-4 },
};

const laptop: Preset = {
  name: 'laptop',
  corpus: {
    ...smoke.corpus,
    shares: { support: 0.18, calibration: 0.18, test: 0.14, selection: 0.05 },
    vocabularySize: 1200,
    supportCount: 4000,
    calibrationCount: 4000,
    testCount: 2000,
    shiftedCount: 1000,
  },
  model: { width: 96, layerCount: 3, headCount: 6, feedForwardSize: 256 },
  pretraining: { tokenCount: 2_500_000, tokensPerStep: 2048, learningRate: 2e-3 },
  fineTuning: {
    epochs: 8,
    batchSize: 96,
    learningRate: 1.5e-3,
    layer: { representationSize: 128, epochs: 10, learningRate: 1e-3 },
  },
  estimator: { representationSize: 256, epochs: 20, batchSize: 50, learningRate: 1e-3, rounds: 5 },
  network: { epochs: 5, batchSize: 50, learningRate: 3e-4 },
};

/** A decoder of 7 million weights and all the text there is: too much for a CPU in an hour. */
const gpu: Preset = {
  ...laptop,
  name: 'gpu',
  corpus: { ...laptop.corpus, vocabularySize: 4000, readsFurtherText: true },
  model: { width: 288, layerCount: 6, headCount: 9, feedForwardSize: 768 },
  pretraining: { tokenCount: 8_000_000, tokensPerStep: 8192, learningRate: 1e-3 },
  fineTuning: {
    epochs: 4,
    batchSize: 256,
    learningRate: 5e-4,
    layer: { representationSize: 256, epochs: 10, learningRate: 1e-3 },
  },
  estimator: { representationSize: 256, epochs: 10, batchSize: 50, learningRate: 1e-3, rounds: 3 },
};

/** The smoke preset with larger test sets: what the arms are compared at. */
const study: Preset = { ...smoke, name: 'study', corpus: { ...smoke.corpus, testCount: 2000, shiftedCount: 900 } };

/** A run of a few seconds that exercises every stage; its numbers mean nothing. */
const test: Preset = {
  name: 'test',
  corpus: {
    ...smoke.corpus,
    vocabularySize: 200,
    supportCount: 120,
    calibrationCount: 120,
    testCount: 60,
    shiftedCount: 30,
  },
  model: { width: 16, layerCount: 1, headCount: 2, feedForwardSize: 32 },
  pretraining: { tokenCount: 10_000, tokensPerStep: 512, learningRate: 3e-3 },
  fineTuning: {
    epochs: 2,
    batchSize: 48,
    learningRate: 2e-3,
    layer: { representationSize: 16, epochs: 2, learningRate: 1e-3 },
  },
  estimator: { representationSize: 16, epochs: 2, batchSize: 50, learningRate: 1e-3, rounds: 1 },
  network: { epochs: 5, batchSize: 50, learningRate: 3e-4 },
};

const presets: readonly Preset[] = [smoke, study, laptop, gpu, test];

/** The preset of that name. Throws `out-of-range` with the names there are. */
export function presetNamed(name: string): Preset {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset === undefined) {
    throw new SdmError('out-of-range', `presetNamed: wanted ${presets.map((p) => p.name).join(', ')}, got "${name}"`);
  }
  return preset;
}
