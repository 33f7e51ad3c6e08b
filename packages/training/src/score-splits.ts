import { balancedLoss, type Signals, sdmLoss, softmaxSignals } from '@sdmjs/activation';
import { balancedAccuracy, balancedMean, balancedMedian } from '@sdmjs/calibration';
import { argMaxRows, type Matrix } from '@sdmjs/core';
import type { AdaptorOutputs } from '@sdmjs/estimator';
import { distanceQuantiles, type ExemplarIndex, fitDistanceScale, type Matches } from '@sdmjs/exemplars';
import type { EngineRound, SplitName, TrainingEngine } from './engine.js';
import type { TrainingSettings } from './settings.js';

/** A round as it is scored: weights in an engine, and the truth. */
export interface ScoringContext {
  readonly engine: TrainingEngine;
  readonly round: EngineRound;
  readonly labels: Readonly<Record<SplitName, Int32Array>>;
  readonly classCount: number;
  readonly settings: TrainingSettings;
  readonly signal?: AbortSignal | undefined;
}

/** A split at the present weights. q and d are the `Signals` of the next epoch. */
export interface SplitScores extends Signals {
  readonly outputs: AdaptorOutputs;
  readonly predictions: Int32Array;
  readonly similarities: Int32Array;
  readonly nearestDistances: Float32Array;
  readonly distanceQuantiles: Float32Array;
}

/** Both splits matched to the training rows; a training row leaves itself out. */
export async function scoreSplits(context: ScoringContext): Promise<Record<SplitName, SplitScores>> {
  return withTrainingIndex(context, async (training, index) => ({
    training: await scoreTraining(context, training, index),
    calibration: await scoreCalibration(context, index),
  }));
}

/** The calibration split alone, and the training rows as support. */
export async function scoreAgainstSupport(
  context: ScoringContext,
): Promise<{ support: AdaptorOutputs; calibration: SplitScores }> {
  return withTrainingIndex(context, async (support, index) => ({
    support,
    calibration: await scoreCalibration(context, index),
  }));
}

/** q and d of the training rows alone. */
export async function refreshSignals(context: ScoringContext): Promise<Signals> {
  return withTrainingIndex(context, (training, index) => scoreTraining(context, training, index));
}

/** Balanced accuracy, mean q, median q and SDM loss of a split. */
export function measure(context: ScoringContext, split: SplitName, scores: SplitScores) {
  const labels = context.labels[split];
  const { classCount, settings } = context;
  return {
    accuracy: balancedAccuracy(labels, scores.predictions, classCount),
    similarity: balancedMean(scores.similarities, labels, classCount),
    medianSimilarity: balancedMedian(scores.similarities, labels, classCount),
    loss: balancedLoss(sdmLoss(scores.outputs.logits, labels, scores, settings), labels, classCount),
  };
}

/** Balanced accuracy and natural cross-entropy of a split, from logits alone. */
export function measureLogits(context: ScoringContext, split: SplitName, logits: Matrix) {
  const labels = context.labels[split];
  const { classCount, settings } = context;
  const losses = sdmLoss(logits, labels, softmaxSignals(logits.rows, settings), settings);
  return {
    accuracy: balancedAccuracy(labels, argMaxRows(logits), classCount),
    crossEntropy: balancedLoss(losses, labels, classCount),
  };
}

async function withTrainingIndex<Result>(
  context: ScoringContext,
  use: (training: AdaptorOutputs, index: ExemplarIndex) => Promise<Result>,
): Promise<Result> {
  const training = await context.round.forward('training', context.signal);
  const index = await context.engine.createIndex({
    representations: training.representations,
    labels: context.labels.training,
    predictions: argMaxRows(training.logits),
  });
  try {
    return await use(training, index);
  } finally {
    index.dispose();
  }
}

async function scoreTraining(
  context: ScoringContext,
  outputs: AdaptorOutputs,
  index: ExemplarIndex,
): Promise<SplitScores> {
  const predictions = argMaxRows(outputs.logits);
  const found = await index.match(outputs.representations, predictions, {
    // The place of the row itself is not searched.
    maxSimilarity: context.settings.maxSimilarity - 1,
    exclusions: Int32Array.from(predictions, (_, row) => row),
    signal: context.signal,
  });
  return withQuantiles(context, 'training', { outputs, predictions, found });
}

async function scoreCalibration(context: ScoringContext, index: ExemplarIndex): Promise<SplitScores> {
  const outputs = await context.round.forward('calibration', context.signal);
  const predictions = argMaxRows(outputs.logits);
  const { maxSimilarity } = context.settings;
  const found = await index.match(outputs.representations, predictions, { maxSimilarity, signal: context.signal });
  return withQuantiles(context, 'calibration', { outputs, predictions, found });
}

/** Every split has its own distance distributions. */
function withQuantiles(
  context: ScoringContext,
  split: SplitName,
  { outputs, predictions, found }: { outputs: AdaptorOutputs; predictions: Int32Array; found: Matches },
): SplitScores {
  const { similarities, nearestDistances } = found;
  const { outOfDistributionLimit } = context.settings;
  const labels = context.labels[split];
  const scale = fitDistanceScale({
    nearestDistances,
    similarities,
    labels,
    classCount: context.classCount,
    outOfDistributionLimit,
  });
  return {
    outputs,
    predictions,
    similarities,
    nearestDistances,
    distanceQuantiles: distanceQuantiles(scale, nearestDistances),
  };
}
