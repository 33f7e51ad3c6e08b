import { softmaxSignals } from '@sdmjs/activation';
import { createRandom, type RowSource, throwIfAborted } from '@sdmjs/core';
import { createAdaptor, type ExemplarAdaptor, fitNormalization, type Normalization } from '@sdmjs/estimator';
import type { ExamplePool } from './check-examples.js';
import type { RoundInputs, SplitName, TrainingEngine } from './engine.js';
import type { EpochReport } from './epoch-report.js';
import { type FeatureRows, requireStandardizable, standardizedRows } from './feature-rows.js';
import { createStateKeeper } from './keep-states.js';
import { matchedEpoch } from './matched-epoch.js';
import type { RoundPlan } from './plan-rounds.js';
import type { RoundContext, RoundState, TrainedEpoch } from './round-state.js';
import type { PresentRound } from './run-state.js';
import type { Matching } from './score-splits.js';
import type { MatchedCheckpoint } from './select-checkpoint.js';
import type { TrainingSettings } from './settings.js';
import { trainEpoch } from './train-epoch.js';
import { warmUpEpoch } from './warm-up-epoch.js';

export interface RoundTraining extends RoundShares, RoundJob {
  readonly engine: TrainingEngine;
  readonly signal?: AbortSignal | undefined;
  /** Stops after the present epoch and keeps the best one. */
  readonly stopSignal?: AbortSignal | undefined;
}

/** What every round of a run is trained from. */
export interface RoundShares {
  readonly pool: RoundPool;
  readonly settings: TrainingSettings;
  /** Weights and normalisation to go on from, instead of fresh ones. */
  readonly initial?: { readonly adaptor: ExemplarAdaptor; readonly normalization: Normalization } | undefined;
}

/** The part of the examples that rounds look at. */
export interface RoundPool extends Pick<ExamplePool, 'labels' | 'classCount'> {
  readonly examples: Pick<ExamplePool['examples'], 'features'>;
}

/** How far the matching of which epoch is. */
export interface MatchingEpoch extends Matching {
  readonly round: number;
  readonly epoch: number;
}

/** What one round is told. */
export interface RoundJob {
  readonly plan: RoundPlan;
  /** Where this round was left. */
  readonly resume?: PresentRound | undefined;
  /** Nothing is finished yet that a stop in the first epoch could keep, so it cancels. */
  readonly isFirst: boolean;
  readonly onReport: (report: EpochReport) => void | Promise<void>;
  /** Called while an epoch is matched. */
  readonly onMatching?: ((epoch: MatchingEpoch) => void) | undefined;
  /** Called with where the round stands: after each epoch, and while one is matched. */
  readonly onState?: ((present: PresentRound) => Promise<void>) | undefined;
  /** From one call of `onState` to one within an epoch, at least. */
  readonly checkpointSeconds: number;
}

export interface RoundResult extends FinishedRound {
  readonly plan: RoundPlan;
}

/** A round that is over. */
export interface FinishedRound {
  readonly normalization: Normalization;
  readonly best: MatchedCheckpoint;
  readonly history: readonly EpochReport[];
}

/**
 * One split, one initialisation, all epochs: the history and the best epoch's weights. Equal inputs give equal results, and a round that is
 * resumed gives what an uninterrupted one does.
 */
export async function trainRound(training: RoundTraining): Promise<FinishedRound> {
  const { plan, pool, settings, engine, signal, stopSignal, isFirst, onReport, resume } = training;
  const { features, labels, normalization } = prepareSplits(pool, plan, training.initial?.normalization);
  const exampleCount = labels.training.length;
  const { random, adaptor } = drawnSoFar(training, exampleCount);
  const inputs: RoundInputs = { ...settings, adaptor, features, labels: labels.training };
  const round = await engine.start(
    resume ? { ...inputs, adaptor: resume.weights, optimizer: resume.optimizer } : inputs,
  );
  const context: RoundContext = {
    engine,
    round,
    labels,
    settings,
    signal,
    stopSignal,
    isFirst,
    onReport,
    classCount: pool.classCount,
    roundNumber: plan.round,
    restart: (weights) => engine.start({ ...inputs, adaptor: weights }),
  };
  const keeper = createStateKeeper(training, round);
  try {
    let state: RoundState = {
      signals: resume?.signals ?? softmaxSignals(exampleCount, settings),
      history: resume?.history ?? [],
      best: resume?.best,
      warmUp: resume?.warmUp,
      isStopped: resume?.best !== undefined && stopSignal?.aborted === true,
    };
    for (let epoch = state.history.length + 1; epoch <= settings.epochs && !state.isStopped; epoch++) {
      const stopSignals = isFirst && epoch === 1 ? [signal, stopSignal] : [signal];
      for (const stop of stopSignals) throwIfAborted(stop, 'trainModel');
      const { signals } = state;
      const { batchSize } = settings;
      const trained = trainedBefore(resume, epoch) ?? {
        epoch,
        startedAt: performance.now(),
        trainingLoss: await trainEpoch({ round, signals, exampleCount, batchSize, random, stopSignals }),
      };
      const isWarmUp = settings.crossEntropyEpochs > 1 && epoch <= settings.crossEntropyEpochs;
      const onMatching = (matching: Matching) => training.onMatching?.({ round: plan.round, epoch, ...matching });
      state = isWarmUp
        ? await warmUpEpoch({ ...context, onMatching }, state, trained)
        : await matchedEpoch({ ...context, onMatching, onMatches: keeper?.matchesOf(state, trained) }, state, trained);
      await keeper?.keep(state);
    }
    return { normalization, best: state.best!, history: state.history };
  } finally {
    round.dispose();
  }
}

/** The generator of a round after the draws of its epochs so far, and the weights that it drew first or goes on from. */
function drawnSoFar({ plan, pool, settings, initial, resume }: RoundTraining, exampleCount: number) {
  const random = createRandom(plan.seed);
  const { representationSize } = settings;
  const sizes = { featureCount: pool.examples.features.columns, representationSize, classCount: pool.classCount };
  const adaptor = initial?.adaptor ?? createAdaptor({ ...sizes, random });
  const epochCount = (resume?.history.length ?? 0) + (resume?.matching ? 1 : 0);
  for (let epoch = 0; epoch < epochCount; epoch++) random.permutation(exampleCount);
  return { random, adaptor };
}

/** The epoch whose steps an earlier process did. */
function trainedBefore(resume: PresentRound | undefined, epoch: number): TrainedEpoch | undefined {
  if (!resume?.matching || epoch !== resume.history.length + 1) return undefined;
  const { trainingLoss, seconds, matches } = resume.matching;
  return { epoch, trainingLoss, startedAt: performance.now() - 1000 * seconds, matches };
}

/** Both splits, standardised with the statistics of the training split; throws where that does not give numbers. */
export function prepareSplits(pool: RoundPool, plan: RoundPlan, saved?: Normalization) {
  const raw = rawSplits(pool, plan);
  const normalization = saved ?? fitNormalization(raw.training);
  for (const source of Object.values(raw)) requireStandardizable(source, normalization);
  return { ...standardizedSplits(pool, plan, normalization), normalization };
}

/** Standardised features of both splits, and their labels. */
export function standardizedSplits(pool: RoundPool, plan: RoundPlan, normalization: Normalization) {
  const raw = rawSplits(pool, plan);
  const features: Record<SplitName, FeatureRows> = {
    training: standardizedRows(raw.training, normalization),
    calibration: standardizedRows(raw.calibration, normalization),
  };
  return { features, labels: splitOf(plan, (rows) => rows.map((row) => pool.labels[row]!)) };
}

/** The features of both splits as they were given. */
export function rawSplits({ examples }: Pick<RoundPool, 'examples'>, plan: RoundPlan): Record<SplitName, RowSource> {
  const { columns, row } = examples.features;
  return splitOf(plan, (rows) => ({ rows: rows.length, columns, row: (index) => row(rows[index]!) }));
}

/** The same of both splits. */
export function splitOf<Result>({ rows }: RoundPlan, of: (rows: Int32Array) => Result): Record<SplitName, Result> {
  return { training: of(rows.training), calibration: of(rows.calibration) };
}
