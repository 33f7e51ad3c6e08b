import type { Worker } from 'node:worker_threads';
import { type Matrix, type RowSource, SdmError } from '@sdmjs/core';
import type { FromWorker, ToWorker } from './round-messages.js';
import type { RoundWorkerGift } from './round-worker.js';
import type { FinishedRound, RoundJob, RoundShares } from './train-round.js';

/** Trains one round; never two at a time. */
export type RoundTrainer = (job: RoundJob) => Promise<FinishedRound>;

/** What trains the rounds of a run: worker threads, or the calling thread. */
export interface RoundCrew {
  readonly trainers: readonly RoundTrainer[];
  /** Makes the present epochs of worker threads the last ones of their rounds. */
  stop(): void;
  /** Rejects the rounds in progress in worker threads. */
  fail(error: unknown): void;
  /** Ends all threads, wherever they are; rounds in progress reject. */
  end(): Promise<void>;
}

/** Starts that many threads. Throws `missing-dependency` where there are no threads, or no program for them. */
export async function startRoundThreads(count: number, shares: RoundShares): Promise<RoundCrew> {
  const threads: RoundThread[] = [];
  const end = async () => void (await Promise.all(threads.map((thread) => thread.end())));
  try {
    const features = sharedCopy(shares.pool.examples.features);
    for (let i = 0; i < count; i++) threads.push(startThread(shares, features));
    await withinLimit(Promise.all(threads.map(({ ready }) => ready)));
  } catch (cause) {
    await end();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SdmError('missing-dependency', `trainModel: no worker threads for parallelRounds (${reason})`, { cause });
  }
  return {
    trainers: threads.map(({ train }) => train),
    stop: () => threads.forEach((thread) => thread.stop()),
    fail: (error) => threads.forEach((thread) => thread.fail(error)),
    end,
  };
}

/** Seconds for all threads to come up: from dist they take tenths of one, from sources on a busy machine several. */
const START_LIMIT = 60;

/** Throws where a program answers nothing: it is another than ours. */
async function withinLimit(ready: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `a thread was not ready within ${START_LIMIT} s; is round-worker.js the one of this package?`;
    timer = setTimeout(() => reject(new Error(message)), 1000 * START_LIMIT);
  });
  await Promise.race([ready, late]).finally(() => clearTimeout(timer));
}

type RoundThread = ReturnType<typeof startThread>;

interface Pending {
  readonly job: RoundJob;
  resolve(result: FinishedRound): void;
  reject(error: unknown): void;
}

/** The rows in memory that threads share, where there is such memory. */
function sharedCopy({ rows, columns, row }: RowSource): Matrix {
  const canShare = typeof SharedArrayBuffer !== 'undefined';
  const data = canShare
    ? new Float32Array(new SharedArrayBuffer(4 * rows * columns))
    : new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) data.set(row(i), i * columns);
  return { data, rows, columns };
}

function startThread({ pool, settings, initial }: RoundShares, features: Matrix) {
  const { labels, classCount } = pool;
  const weights = initial && { adaptor: initial.adaptor, normalization: initial.normalization };
  const sdmjsRounds = { pool: { features, labels, classCount }, settings, initial: weights };
  const worker = createWorker({ sdmjsRounds });
  let pending: Pending | undefined;
  let failure: { readonly error: unknown } | undefined;
  let start: { resolve(): void; reject(cause: Error): void };
  const ready = new Promise<void>((resolve, reject) => {
    start = { resolve, reject };
  });
  ready.catch(() => undefined); // when it is not waited for any more
  const fail = (error: unknown) => {
    failure ??= { error };
    pending?.reject(failure.error);
  };
  const lose = (cause: Error) => {
    start.reject(cause);
    fail(lossBy(cause));
  };
  const post = (message: ToWorker) => worker.postMessage(message);
  const hear = async (message: FromWorker) => {
    if (message.kind === 'ready') start.resolve();
    if (!pending || failure || message.kind === 'ready') return;
    const { job, resolve, reject } = pending;
    try {
      if (message.kind === 'matching') return job.onMatching?.(message.matching);
      if (message.kind === 'result') return resolve(message.result);
      if (message.kind === 'failed') return reject(errorOf(message));
      if (message.kind === 'report') await job.onReport(message.report);
      else await job.onState?.(message.present);
      post({ kind: 'heard' });
    } catch (error) {
      reject(error);
    }
  };
  worker.on('message', (message: FromWorker) => void hear(message));
  worker.on('error', lose);
  worker.on('messageerror', lose);
  worker.on('exit', (code) => lose(new Error(`it ended with exit code ${code}`)));
  return {
    ready,
    train: (job: RoundJob) =>
      new Promise<FinishedRound>((resolve, reject) => {
        pending = { job, resolve, reject };
        if (failure) return reject(failure.error);
        const { plan, resume, checkpointSeconds, onState } = job;
        post({ kind: 'train', plan, resume, checkpointSeconds, wantsStates: onState !== undefined });
      }),
    stop: () => post({ kind: 'stop' }),
    fail,
    end: () => worker.terminate(),
  };
}

/** Throws where there are no threads. */
function createWorker(workerData: RoundWorkerGift): Worker {
  // Without an import that browsers and bundlers would see; Node 20.16 or later has this.
  const threads = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (!threads) throw new Error('only Node from 20.16 on has them');
  const here: string | undefined = import.meta.url;
  if (!here) throw new Error('a CommonJS bundle does not know where it lies');
  // The program lies beside this module. It is no literal in `new URL`, or bundlers would copy a file that lacks its imports.
  const isSource = here.endsWith('.ts');
  const program = isSource ? 'round-worker-from-source.mjs' : 'round-worker.js';
  const execArgv = isSource ? ['--conditions=source'] : [];
  return new threads.Worker(new URL(program, here), { workerData, execArgv });
}

function errorOf({ error, code }: Extract<FromWorker, { kind: 'failed' }>): unknown {
  return code && error instanceof Error ? new SdmError(code, error.message, { cause: error }) : error;
}

/** What the caller hears when a thread is lost. */
function lossBy(cause: Error): SdmError {
  const isOutOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isOutOfMemory
    ? new SdmError('out-of-memory', 'trainModel: a round has no room in its worker thread; lower parallelRounds', {
        cause,
      })
    : new SdmError('worker-lost', `trainModel: a worker thread is lost (${cause.message}); resume, or train again`, {
        cause,
      });
}
