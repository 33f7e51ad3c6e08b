import { softmaxSignals } from '@sdmjs/activation';
import { createRandom, type Matrix, selectRows } from '@sdmjs/core';
import { createAdaptor, type ExemplarAdaptor, fitNormalization, type Normalization, normalize } from '@sdmjs/estimator';
import type { ExamplePool } from './check-examples.js';
import type { RoundInputs, SplitName, TrainingEngine } from './engine.js';
import type { EpochReport } from './epoch-report.js';
import { matchedEpoch } from './matched-epoch.js';
import type { RoundPlan } from './plan-rounds.js';
import type { RoundContext, RoundState } from './round-state.js';
import type { Checkpoint } from './select-checkpoint.js';
import type { TrainingSettings } from './settings.js';
import { trainEpoch } from './train-epoch.js';
import { warmUpEpoch } from './warm-up-epoch.js';

export interface RoundTraining {
  readonly plan: RoundPlan;
  readonly pool: ExamplePool;
  readonly settings: TrainingSettings;
  readonly engine: TrainingEngine;
  /** Weights and normalisation to go on from, instead of fresh ones. */
  readonly initial?: { readonly adaptor: ExemplarAdaptor; readonly normalization: Normalization } | undefined;
  readonly onReport: (report: EpochReport) => void;
  readonly signal?: AbortSignal | undefined;
  /** Stops after the present epoch and keeps the best one. */
  readonly stopSignal?: AbortSignal | undefined;
}

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly normalization: Normalization;
  readonly best: Checkpoint;
  readonly history: readonly EpochReport[];
}

/** One split, one initialisation, all epochs: the history and the best epoch's weights. Equal inputs give equal results. */
export async function trainRound(training: RoundTraining): Promise<RoundResult> {
  const { plan, pool, settings, engine, signal, stopSignal, onReport } = training;
  const random = createRandom(plan.seed);
  const { features, labels, normalization } = prepareSplits(pool, plan, training.initial?.normalization);
  const { representationSize } = settings;
  const sizes = { featureCount: pool.features.columns, representationSize, classCount: pool.classCount };
  const adaptor = training.initial?.adaptor ?? createAdaptor({ ...sizes, random });
  const inputs: RoundInputs = { ...settings, adaptor, features, labels: labels.training };
  const round = await engine.start(inputs);
  const context: RoundContext = {
    engine,
    round,
    labels,
    settings,
    signal,
    stopSignal,
    onReport,
    classCount: pool.classCount,
    roundNumber: plan.round,
    restart: (weights) => engine.start({ ...inputs, adaptor: weights }),
  };
  try {
    const exampleCount = labels.training.length;
    let state: RoundState = { signals: softmaxSignals(exampleCount, settings), history: [], isStopped: false };
    for (let epoch = 1; epoch <= settings.epochs && !state.isStopped; epoch++) {
      const startedAt = performance.now();
      const isFirst = plan.round === 1 && epoch === 1;
      const stopSignals = isFirst ? [signal, stopSignal] : [signal];
      const { signals } = state;
      const { batchSize } = settings;
      const trainingLoss = await trainEpoch({ round, signals, exampleCount, batchSize, random, stopSignals });
      const isWarmUp = settings.crossEntropyEpochs > 1 && epoch <= settings.crossEntropyEpochs;
      state = await (isWarmUp ? warmUpEpoch : matchedEpoch)(context, state, { epoch, trainingLoss, startedAt });
    }
    return { plan, normalization, best: state.best!, history: state.history };
  } finally {
    round.dispose();
  }
}

/** Features of both splits, standardised with the statistics of the training split, and their labels. */
export function prepareSplits(pool: ExamplePool, plan: RoundPlan, saved?: Normalization) {
  const raw = splitOf(plan, (rows) => selectRows(pool.features, rows));
  const normalization = saved ?? fitNormalization(raw.training);
  const features: Record<SplitName, Matrix> = {
    training: normalize(raw.training, normalization),
    calibration: normalize(raw.calibration, normalization),
  };
  return { features, labels: splitOf(plan, (rows) => rows.map((row) => pool.labels[row]!)), normalization };
}

/** The same of both splits. */
export function splitOf<Result>({ rows }: RoundPlan, of: (rows: Int32Array) => Result): Record<SplitName, Result> {
  return { training: of(rows.training), calibration: of(rows.calibration) };
}
