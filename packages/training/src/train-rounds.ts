import { SdmError, throwIfAborted } from '@sdmjs/core';
import type { ExamplePool } from './check-examples.js';
import type { TrainingEngine } from './engine.js';
import type { EpochReport } from './epoch-report.js';
import type { RoundPlan } from './plan-rounds.js';
import type { createProgress } from './progress.js';
import { type RoundCrew, type RoundTrainer, startRoundThreads } from './round-threads.js';
import { requireFittingState } from './require-fitting-state.js';
import { requireSameRun, settingsOf } from './run-settings.js';
import { type PresentRound, roundNumberOf, type RunState } from './run-state.js';
import type { TrainingSettings } from './settings.js';
import type { TrainModelOptions } from './train-model.js';
import { type FinishedRound, type RoundResult, type RoundShares, trainRound } from './train-round.js';

/** A run whose options are checked. */
export interface PreparedRun {
  readonly settings: TrainingSettings;
  readonly pool: ExamplePool;
  readonly plans: readonly RoundPlan[];
  readonly engine: TrainingEngine;
  readonly progress: ReturnType<typeof createProgress>;
}

/** All rounds in their order, from where the run to resume was left; in worker threads where several are wanted at a time. */
export async function trainRounds(options: TrainModelOptions, run: PreparedRun): Promise<RoundResult[]> {
  const { onCheckpoint, resume, signal } = options;
  const { settings, pool, engine } = run;
  const identity = { settings, pool, engineName: engine.name, continuedFrom: options.continueFrom?.modelId };
  const told = onCheckpoint || resume ? await settingsOf(identity) : {};
  if (resume) {
    requireSameRun(resume, told);
    requireFittingState(resume, run);
  }
  const record = createRecord(options, run, told);
  throwIfAborted(signal, 'trainModel');
  const crew = await assembleCrew(options, run, record.waitingCount());
  const unwatch = watchSignals(options, crew, record.isEmpty);
  const lanes = crew.trainers.map((train) => trainOneByOne(train, record));
  try {
    await Promise.all(lanes);
  } finally {
    unwatch();
    await crew.end();
    await Promise.allSettled([...lanes, record.saved()]);
  }
  return record.results();
}

const CHECKPOINT_SECONDS = 60;

/** What is known of every round. */
type RunRecord = ReturnType<typeof createRecord>;

function createRecord(
  { onCheckpoint, checkpointSeconds = CHECKPOINT_SECONDS, resume, stopSignal }: TrainModelOptions,
  { plans, progress }: PreparedRun,
  settings: RunState['settings'],
) {
  const finished = new Map((resume?.finished ?? []).map((round) => [roundNumberOf(round), round]));
  const present = new Map((resume?.present ?? []).map((round) => [roundNumberOf(round), round]));
  let waiting = plans.filter(({ round }) => !finished.has(round));
  let isEmpty = [...finished.values(), ...present.values()].every(({ history }) => history.length === 0);
  let saving = Promise.resolve();
  const inOrder = <Value>(rounds: ReadonlyMap<number, Value>) =>
    plans.flatMap(({ round }) => (rounds.has(round) ? [rounds.get(round)!] : []));
  return {
    /** Whether no epoch is finished yet. */
    isEmpty: () => isEmpty,
    waitingCount: () => waiting.length,
    /** The next round to train; after a request to stop only those that were begun. */
    next(): RoundPlan | undefined {
      if (stopSignal?.aborted && !isEmpty) waiting = waiting.filter(({ round }) => present.has(round));
      return waiting.shift();
    },
    presentOf: (round: number) => present.get(round),
    onReport(report: EpochReport): void {
      isEmpty = false;
      progress.onReport(report);
    },
    onMatching: progress.onMatching,
    checkpointSeconds,
    /** Saves one state after the other, whichever round they come from. */
    onState:
      onCheckpoint &&
      ((round: PresentRound): Promise<void> => {
        present.set(roundNumberOf(round), round);
        saving = saving.then(() => {
          const secondsElapsed = progress.secondsElapsed();
          return onCheckpoint({ settings, finished: inOrder(finished), present: inOrder(present), secondsElapsed });
        });
        return saving;
      }),
    /** Resolves when no state is being saved any more. */
    saved: () => saving,
    finish(round: number, result: FinishedRound): void {
      finished.set(round, result);
      present.delete(round);
    },
    results: (): RoundResult[] =>
      plans.flatMap((plan) => (finished.has(plan.round) ? [{ ...finished.get(plan.round)!, plan }] : [])),
  };
}

async function trainOneByOne(train: RoundTrainer, record: RunRecord): Promise<void> {
  const { onReport, onMatching, onState, checkpointSeconds } = record;
  for (let plan = record.next(); plan; plan = record.next()) {
    const resume = record.presentOf(plan.round);
    const isFirst = record.isEmpty();
    const result = await train({ plan, resume, isFirst, onReport, onMatching, onState, checkpointSeconds });
    record.finish(plan.round, result);
  }
}

/** Worker threads when several rounds are wanted at a time and there are several to train, else the calling thread. */
async function assembleCrew(options: TrainModelOptions, run: PreparedRun, waitingCount: number): Promise<RoundCrew> {
  const { signal, stopSignal, continueFrom, parallelRounds = 1, onProgress } = options;
  const { pool, settings, engine } = run;
  const initial = continueFrom?.model;
  const shares: RoundShares = { pool, settings, initial };
  const threadCount = Math.min(parallelRounds, waitingCount);
  if (threadCount > 1) {
    try {
      return await startRoundThreads(threadCount, shares);
    } catch (error) {
      if (!SdmError.is(error, 'missing-dependency')) throw error;
      const message = `${error.message}; rounds are trained one after the other`;
      onProgress?.({ kind: 'warning', message, unsupportedAccuracies: [] });
    }
  }
  const train: RoundTrainer = (job) => trainRound({ ...shares, ...job, engine, signal, stopSignal });
  return { trainers: [train], stop() {}, fail() {}, end: async () => {} };
}

/** Passes signals on to the crew, also those that came before; a stop that finds nothing to keep cancels. Returns what ends that. */
function watchSignals({ signal, stopSignal }: TrainModelOptions, crew: RoundCrew, isEmpty: () => boolean): () => void {
  const cancelBy = (aborted: AbortSignal) => {
    try {
      throwIfAborted(aborted, 'trainModel');
    } catch (error) {
      crew.fail(error);
    }
  };
  const cancel = () => signal && cancelBy(signal);
  const stop = () => {
    if (stopSignal && isEmpty()) cancelBy(stopSignal);
    else crew.stop();
  };
  if (signal?.aborted) cancel();
  if (stopSignal?.aborted) stop();
  signal?.addEventListener('abort', cancel);
  stopSignal?.addEventListener('abort', stop);
  return () => {
    signal?.removeEventListener('abort', cancel);
    stopSignal?.removeEventListener('abort', stop);
  };
}
