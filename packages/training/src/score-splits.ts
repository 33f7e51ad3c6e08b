import { balancedLoss, type Signals, sdmLoss, softmaxSignals } from '@sdmjs/activation';
import { balancedAccuracy, balancedMean, balancedMedian } from '@sdmjs/calibration';
import { argMaxRows, type Matrix, rowsOf, SdmError } from '@sdmjs/core';
import type { AdaptorOutputs } from '@sdmjs/estimator';
import { distanceQuantiles, type ExemplarIndex, fitDistanceScale } from '@sdmjs/exemplars';
import type { EngineRound, SplitName, TrainingEngine } from './engine.js';
import { countQueries, type MatchedRows, matchInSlices, type SliceOptions } from './match-in-slices.js';
import type { TrainingSettings } from './settings.js';

/** A round as it is scored: weights in an engine, and the truth. */
export interface ScoringContext {
  readonly engine: TrainingEngine;
  readonly round: EngineRound;
  readonly labels: Readonly<Record<SplitName, Int32Array>>;
  readonly classCount: number;
  readonly settings: TrainingSettings;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then while splits are matched. */
  readonly onMatching?: ((matching: Matching) => void) | undefined;
  /** Called now and then while both splits are matched, and awaited, with what another `scoreSplits` can go on from. */
  readonly onMatches?: ((matches: SplitMatches) => Promise<void>) | undefined;
}

/** The first rows of both splits, matched; calibration rows only when all training rows are. */
export type SplitMatches = Readonly<Record<SplitName, MatchedRows>>;

/** How far the matching of an epoch is. */
export interface Matching {
  /** Rows, of both splits where both are matched. */
  readonly completed: number;
  readonly total: number;
  /** Estimated from the rows so far. */
  readonly secondsLeft: number;
}

/** A split at the present weights. q and d are the `Signals` of the next epoch. */
export interface SplitScores extends Signals {
  /** `[rows, C]` */
  readonly logits: Matrix;
  readonly predictions: Int32Array;
  readonly similarities: Int32Array;
  readonly nearestDistances: Float32Array;
  readonly distanceQuantiles: Float32Array;
}

const NO_ROWS: MatchedRows = { similarities: new Int32Array(0), nearestDistances: new Float32Array(0) };
const NO_MATCHES: SplitMatches = { training: NO_ROWS, calibration: NO_ROWS };

/** Both splits matched to the training rows, but for those that are known; a training row leaves itself out. */
export async function scoreSplits(
  context: ScoringContext,
  known: SplitMatches = NO_MATCHES,
): Promise<Record<SplitName, SplitScores>> {
  const { onMatches } = context;
  const { training, calibration } = await withTrainingIndex(context, async (outputs, index) => {
    const progressOf = createProgressOf(context, ['training', 'calibration'], known);
    const matched = await matchTraining(context, outputs, {
      index,
      known: known.training,
      onProgress: progressOf('training'),
      onSlice: onMatches && ((rows) => onMatches({ ...known, training: rows })),
    });
    return {
      training: matched,
      calibration: await matchCalibration(context, {
        index,
        known: known.calibration,
        onProgress: progressOf('calibration'),
        onSlice: onMatches && ((rows) => onMatches({ training: matched.found, calibration: rows })),
      }),
    };
  });
  return {
    training: withQuantiles(context, 'training', training),
    calibration: withQuantiles(context, 'calibration', calibration),
  };
}

/** q and d of the training rows alone. */
export async function refreshSignals(context: ScoringContext): Promise<Signals> {
  const training = await withTrainingIndex(context, (outputs, index) =>
    matchTraining(context, outputs, {
      index,
      known: NO_ROWS,
      onProgress: createProgressOf(context, ['training'], NO_MATCHES)('training'),
    }),
  );
  return signalsOf(withQuantiles(context, 'training', training));
}

/** What the next epoch needs of the scores of the training rows. */
export function signalsOf({ similarities, distanceQuantiles }: SplitScores): Signals {
  return { similarities, distanceQuantiles };
}

/** Balanced accuracy, mean q, median q and SDM loss of a split. */
export function measure(context: ScoringContext, split: SplitName, scores: SplitScores) {
  const labels = context.labels[split];
  const { classCount, settings } = context;
  return {
    accuracy: balancedAccuracy(labels, scores.predictions, classCount),
    similarity: balancedMean(scores.similarities, labels, classCount),
    medianSimilarity: balancedMedian(scores.similarities, labels, classCount),
    loss: balancedLoss(lossesInBlocks(scores, labels, settings), labels, classCount),
  };
}

/** Rows whose losses are computed at once. */
const LOSS_ROWS = 4096;

/** SDM losses of all rows, without arrays as large as all of them on the way. */
function lossesInBlocks(scores: SplitScores, labels: Int32Array, settings: TrainingSettings): Float32Array {
  const { rows } = scores.logits;
  const losses = new Float32Array(rows);
  for (let start = 0; start < rows; start += LOSS_ROWS) {
    const end = Math.min(start + LOSS_ROWS, rows);
    const signals = {
      similarities: scores.similarities.subarray(start, end),
      distanceQuantiles: scores.distanceQuantiles.subarray(start, end),
    };
    losses.set(sdmLoss(rowsOf(scores.logits, start, end), labels.subarray(start, end), signals, settings), start);
  }
  return losses;
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
  const { engine, round, labels, signal } = context;
  const training = await round.forward('training', signal);
  let index: ExemplarIndex | undefined;
  try {
    index = await engine.createIndex({
      representations: training.representations,
      labels: labels.training,
      predictions: argMaxRows(training.logits),
      span: round.projectionWeight?.(),
      expectedQueries: countQueries(training.representations, labels.calibration.length),
    });
    return await use(training, index);
  } catch (cause) {
    // Features are finite, so the weights have made it.
    if (!SdmError.is(cause, 'not-finite')) throw cause;
    const message = 'trainModel: training diverged, a representation is not finite or too long; lower learningRate';
    throw new SdmError('not-finite', message, { cause });
  } finally {
    index?.dispose();
    round.release?.(training.representations);
    // Lets the memory of the index go before scores need more.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

interface MatchedSplit {
  readonly logits: Matrix;
  readonly predictions: Int32Array;
  readonly found: MatchedRows;
}

type SplitSlices = Pick<SliceOptions, 'index' | 'known' | 'onProgress' | 'onSlice'>;

async function matchTraining(
  { settings, signal }: ScoringContext,
  { representations, logits }: AdaptorOutputs,
  slices: SplitSlices,
): Promise<MatchedSplit> {
  const predictions = argMaxRows(logits);
  // The place of the row itself is not searched.
  const maxSimilarity = settings.maxSimilarity - 1;
  const options = { ...slices, areSupport: true, maxSimilarity, signal };
  return { logits, predictions, found: await matchInSlices({ representations, predictions }, options) };
}

async function matchCalibration(
  { round, settings, signal }: ScoringContext,
  slices: SplitSlices,
): Promise<MatchedSplit> {
  const { representations, logits } = await round.forward('calibration', signal);
  const predictions = argMaxRows(logits);
  const options = { ...slices, areSupport: false, maxSimilarity: settings.maxSimilarity, signal };
  const found = await matchInSlices({ representations, predictions }, options);
  round.release?.(representations);
  return { logits, predictions, found };
}

/** Counts the rows of these splits together, the known ones too. */
function createProgressOf(
  { labels, onMatching }: ScoringContext,
  splits: readonly SplitName[],
  known: SplitMatches,
): (split: SplitName) => (completed: number) => void {
  const startedAt = performance.now();
  const total = splits.reduce((sum, split) => sum + labels[split].length, 0);
  const knownCount = splits.reduce((sum, split) => sum + known[split].similarities.length, 0);
  return (split) => {
    const before = split === 'training' ? 0 : total - labels.calibration.length;
    return (count) => {
      const completed = before + count;
      const seconds = (performance.now() - startedAt) / 1000;
      const secondsLeft = (seconds / (completed - knownCount)) * (total - completed);
      onMatching?.({ completed, total, secondsLeft });
    };
  };
}

/** Every split has its own distance distributions. */
function withQuantiles(
  context: ScoringContext,
  split: SplitName,
  { logits, predictions, found }: MatchedSplit,
): SplitScores {
  const { similarities, nearestDistances } = found;
  const { outOfDistributionLimit } = context.settings;
  const scale = fitDistanceScale({
    nearestDistances,
    similarities,
    labels: context.labels[split],
    classCount: context.classCount,
    outOfDistributionLimit,
  });
  return {
    logits,
    predictions,
    similarities,
    nearestDistances,
    distanceQuantiles: distanceQuantiles(scale, nearestDistances),
  };
}
