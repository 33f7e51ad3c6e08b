import { type Example, type ExampleTable, SdmError } from '@sdmjs/core';
import {
  adaptorSizes,
  type CalibrationRows,
  DEFAULT_REPRESENTATION,
  type Representation,
  type SdmModel,
} from '@sdmjs/estimator';
import { type ExamplePool, poolExamples } from './check-examples.js';
import type { SplitName, TrainingEngine } from './engine.js';
import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { leftOutWarning, requireRoomInFiles } from './foresee-files.js';
import { finalizeModel } from './finalize-model.js';
import { kernelEngine } from './kernel-engine.js';
import { planRounds, unsupportedAccuracies } from './plan-rounds.js';
import { mapRows } from './map-rows.js';
import { createProgress } from './progress.js';
import { requireState } from './require-fitting-state.js';
import { isBetter } from './select-checkpoint.js';
import type { RunState } from './run-state.js';
import { completeSettings, type GivenSettings } from './settings.js';
import { type RoundResult, splitOf } from './train-round.js';
import { trainRounds } from './train-rounds.js';
import { type FinishedRun, trainingMetadata } from './training-metadata.js';

export interface TrainModelOptions extends GivenSettings {
  /**
   * At least one example of every class; ids unique over both sets. Features are read where they are and not copied, so they must not change
   * until training is over; of very many rows, a table takes less memory than examples.
   */
  readonly trainingSet: readonly Example[] | ExampleTable;
  readonly calibrationSet: readonly Example[] | ExampleTable;
  /** @default Class0, Class1, … */
  readonly classNames?: readonly string[] | undefined;
  /** At least 2. @default the number of class names, else the largest label + 1 */
  readonly classCount?: number | undefined;
  /** Says what the features are. @default provider "precomputed", fingerprint "embedding_v1" */
  readonly representation?: Partial<Representation> | undefined;
  /** Whether support rows keep the text of their examples. @default true */
  readonly keepDocuments?: boolean | undefined;
  /** Whether the models of all rounds are returned, for `createEnsemble`; else only the best. @default false */
  readonly keepRounds?: boolean | undefined;
  /** An estimator (or a model and its id) to go on from: its weights, normalisation, sizes, limits, names and representation are kept. */
  readonly continueFrom?: { readonly model: SdmModel; readonly modelId: string } | undefined;
  /** Where to train; not disposed. @default a kernelEngine of its own */
  readonly engine?: TrainingEngine | undefined;
  /**
   * Rounds to train at a time, in a worker thread of Node each; the result is the same, bit for bit. Memory: the features are copied once for all threads, what a
   * round makes of them is not. Not with `engine`. Where there are no threads a warning says so, and it is one. @default 1
   */
  readonly parallelRounds?: number | undefined;
  readonly onProgress?: ((event: TrainingEvent) => void) | undefined;
  /** Cancels: throws `aborted` before the next batch, and there is no model. */
  readonly signal?: AbortSignal | undefined;
  /** Stops after the present epoch and keeps the best so far; before an epoch is finished there is none, and it cancels. */
  readonly stopSignal?: AbortSignal | undefined;
  /**
   * Called with what `resume` takes, and awaited: after each epoch, and while one is matched every `checkpointSeconds`, but not where a warm-up of several
   * epochs ends. Nothing in a state changes later. See `saveRunState` of `@sdmjs/training/node`. Needs Web Crypto.
   */
  readonly onCheckpoint?: ((state: RunState) => void | Promise<void>) | undefined;
  /** Seconds between two states of a round within an epoch, at least: a number >= 0; Infinity: only whole epochs. @default 60 */
  readonly checkpointSeconds?: number | undefined;
  /** A state of `onCheckpoint` to go on from: the result is that of an uninterrupted run, bit for bit on one engine. */
  readonly resume?: RunState | undefined;
}

/** The best epoch of one round as a model, ready for `calibrate`. */
export interface TrainedRound {
  readonly model: SdmModel;
  readonly calibrationScores: CalibrationRows;
  /** The splits of the round, by place in both given sets one after the other, training first. */
  readonly rows: Readonly<Record<SplitName, Int32Array>>;
  /** The splits again as the examples that were given; both empty where a set was given as a table. */
  readonly trainingSet: readonly Example[];
  readonly calibrationSet: readonly Example[];
  /** 1-based. */
  readonly bestRound: number;
  readonly bestEpoch: number;
  readonly bestLoss: number;
  /** The step of the ladder given to `trainModel`, for `calibrate`. */
  readonly alphaResolution: number;
  /** What the model files say about the run, of which this round was selected. */
  readonly metadata: Record<string, unknown>;
}

/** The best round, and the run as a whole. */
export interface TrainedModel extends TrainedRound {
  readonly history: readonly EpochReport[];
  readonly isStoppedEarly: boolean;
  /** With `keepRounds`: every finished round in order, the best one among them. */
  readonly rounds?: readonly TrainedRound[];
}

/**
 * Trains on labelled features: rounds of splits and initialisations, of which the best by `selectBy` is kept.
 * All inputs are checked before the first epoch, also whether the model will fit its files; throws a typed error that says how to mend them,
 * `not-finite` when training diverges, `aborted`.
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainedModel> {
  const start = checkOptions(options);
  const { settings, pool } = start;
  const { signal, onProgress, continueFrom } = options;
  const engine = options.engine ?? kernelEngine();
  const progress = createProgress(settings, onProgress, options.resume);
  const { secondsElapsed } = progress;
  warnOfSmallCalibration(start, onProgress);
  warnOfFullManifest(start, onProgress);
  try {
    const results = await trainRounds(options, { ...start, engine, progress });
    const winner = results.reduce((best, result) => (isBetter(result.best.score, best.best) ? result : best));
    const run = { settings, pool, results, engineName: engine.name, continuedFrom: continueFrom?.modelId };
    const finish = async (result: RoundResult): Promise<TrainedRound> => {
      const final = await finalizeModel({ ...start, engine, winner: result, signal });
      const seconds = secondsElapsed();
      return {
        ...final,
        ...roundOf(run, result),
        metadata: await trainingMetadata({ ...run, winner: result, isBest: result === winner, seconds }),
      };
    };
    const rounds: TrainedRound[] = [];
    for (const result of options.keepRounds ? results : [winner]) rounds.push(await finish(result));
    const best = rounds.find(({ bestRound }) => bestRound === winner.plan.round)!;
    return { ...best, ...historyOf(run), ...(options.keepRounds && { rounds }) };
  } finally {
    if (!options.engine) engine.dispose();
  }
}

function historyOf({ settings, results }: Pick<FinishedRun, 'settings' | 'results'>) {
  const history = results.flatMap((result) => result.history);
  return { history, isStoppedEarly: history.length < settings.rounds * settings.epochs };
}

function roundOf({ settings, pool }: Pick<FinishedRun, 'settings' | 'pool'>, { plan, best }: RoundResult) {
  const { example } = pool.examples;
  const splits = splitOf(plan, (rows) => (example ? mapRows(rows, example) : []));
  return {
    rows: plan.rows,
    trainingSet: splits.training,
    calibrationSet: splits.calibration,
    bestRound: plan.round,
    bestEpoch: best.epoch,
    bestLoss: best.loss,
    alphaResolution: settings.alphaResolution,
  };
}

function checkOptions(options: TrainModelOptions) {
  const { continueFrom, resume, trainingSet, calibrationSet } = options;
  if (continueFrom) requireModel(continueFrom);
  if (resume) requireState(resume);
  const saved = continueFrom?.model;
  const kept = saved && {
    representationSize: adaptorSizes(saved.adaptor).representationSize,
    similarityOffset: saved.similarityOffset,
    outOfDistributionLimit: saved.outOfDistributionLimit,
  };
  const settings = completeSettings({ ...options, ...kept });
  requireParallelRounds(options);
  requireCheckpointSeconds(options);
  const classCount = options.classCount ?? (options.classNames ?? saved?.classNames)?.length;
  if (classCount !== undefined && (!Number.isSafeInteger(classCount) || classCount < 2)) {
    throw new SdmError('out-of-range', `trainModel: classCount: wanted an integer >= 2, got ${classCount}`);
  }
  const pool = poolExamples({ training: trainingSet, calibration: calibrationSet }, classCount);
  const representation = { ...DEFAULT_REPRESENTATION, ...saved?.representation, ...options.representation };
  if (representation.fingerprint === '' || representation.provider === '') {
    throw new SdmError('bad-format', 'trainModel: representation: provider and fingerprint must not be empty');
  }
  const classNames =
    options.classNames ?? saved?.classNames ?? Array.from({ length: pool.classCount }, (_, c) => `Class${c}`);
  requireClassNames(classNames, pool.classCount);
  if (saved) requireContinuable(saved, { pool, classNames, fingerprint: representation.fingerprint });
  const plans = planRounds(pool, settings);
  const keepDocuments = options.keepDocuments ?? true;
  return {
    settings,
    pool,
    plans,
    leftOut: requireRoomInFiles({ pool, plans, settings, classNames, keepDocuments }),
    keepDocuments,
    classNames,
    representation: { ...representation, ...saved?.representation },
  };
}

/** Without its model a run would begin anew and say nothing. Throws `bad-format`. */
function requireModel({ model }: NonNullable<TrainModelOptions['continueFrom']>): void {
  if (model?.adaptor) return;
  throw new SdmError(
    'bad-format',
    'trainModel: continueFrom has no model; wanted an estimator, or { model, modelId } of a trained one',
  );
}

/** Throws `out-of-range`. */
function requireParallelRounds({ parallelRounds = 1, engine }: TrainModelOptions): void {
  const isCount = Number.isSafeInteger(parallelRounds) && parallelRounds >= 1;
  if (isCount && (parallelRounds === 1 || !engine)) return;
  const wanted = isCount ? '1 with an engine, which worker threads cannot have' : 'an integer >= 1';
  throw new SdmError('out-of-range', `trainModel: parallelRounds: wanted ${wanted}, got ${parallelRounds}`);
}

/** Throws `out-of-range`. */
function requireCheckpointSeconds({ checkpointSeconds = 0 }: TrainModelOptions): void {
  if (checkpointSeconds >= 0) return;
  throw new SdmError('out-of-range', `trainModel: checkpointSeconds: wanted a number >= 0, got ${checkpointSeconds}`);
}

function requireClassNames(names: readonly string[], classCount: number): void {
  const distinct = new Set(names.map((name) => name.normalize('NFC')));
  if (names.length === classCount && distinct.size === classCount && !distinct.has('')) return;
  throw new SdmError(
    'bad-format',
    `trainModel: classNames: wanted ${classCount} different names that are not empty, got ${JSON.stringify(names)}`,
  );
}

function requireContinuable(
  saved: SdmModel,
  { pool, classNames, fingerprint }: { pool: ExamplePool; classNames: readonly string[]; fingerprint: string },
): void {
  const { featureCount } = adaptorSizes(saved.adaptor);
  const { columns } = pool.examples.features;
  if (featureCount !== columns) {
    throw new SdmError(
      'shape-mismatch',
      `trainModel: continueFrom wants ${featureCount} features a row, got ${columns}`,
    );
  }
  if (saved.classNames.join('\n') !== classNames.join('\n')) {
    throw new SdmError(
      'bad-format',
      `trainModel: continueFrom has the classes ${saved.classNames.join(', ')}; give the same, in order`,
    );
  }
  if (saved.representation.fingerprint !== fingerprint) {
    throw new SdmError(
      'fingerprint-mismatch',
      `trainModel: continueFrom was trained on "${saved.representation.fingerprint}", the examples are "${fingerprint}"`,
    );
  }
}

function warnOfSmallCalibration(
  { plans, pool, settings }: Pick<ReturnType<typeof checkOptions>, 'plans' | 'pool' | 'settings'>,
  onProgress: TrainModelOptions['onProgress'],
): void {
  const unsupported = unsupportedAccuracies(plans, pool, settings.alphaResolution);
  if (unsupported.length === 0) return;
  onProgress?.({
    kind: 'warning',
    message: `the calibration split is too small for ${accuraciesIn(unsupported)}: its rarest class has fewer than ${Math.ceil(1 / (1 - unsupported.at(-1)!) - 1e-9)} rows, so a single row decides; add calibration rows or aim lower`,
    unsupportedAccuracies: unsupported,
  });
}

/** A few by name, of more the ends and their number: a fine ladder has thousands. */
function accuraciesIn(unsupported: readonly number[]): string {
  if (unsupported.length <= 3) return `a target accuracy of ${unsupported.join(', ')}`;
  return `${unsupported.length} target accuracies, from ${unsupported[0]} down to ${unsupported.at(-1)}`;
}

function warnOfFullManifest(
  { leftOut }: Pick<ReturnType<typeof checkOptions>, 'leftOut'>,
  onProgress: TrainModelOptions['onProgress'],
): void {
  if (leftOut.length > 0)
    onProgress?.({ kind: 'warning', message: leftOutWarning(leftOut), unsupportedAccuracies: [] });
}
