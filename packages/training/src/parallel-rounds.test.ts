import { SdmError } from '@sdmjs/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { kernelEngine } from './kernel-engine.js';
import type { RunState } from './run-state.js';
import { decodeRunState, encodeRunState } from './run-state-file.js';
import { lasting } from './testing/lasting.js';
import { workedCase } from './testing/worked-case.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

const threads = process.getBuiltinModule('node:worker_threads');
const options: TrainModelOptions = { ...workedCase, shuffle: true, stratify: true, rounds: 3, epochs: 4 };
const parallel: TrainModelOptions = { ...options, parallelRounds: 2 };

const { Worker } = threads;
const started: InstanceType<typeof Worker>[] = [];
beforeEach(() => {
  threads.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      started.push(this);
    }
  };
});
afterEach(() => {
  threads.Worker = Worker;
  vi.useRealTimers();
  vi.restoreAllMocks();
  // A thread that is over has this id.
  expect(started.splice(0).filter(({ threadId }) => threadId !== -1)).toHaveLength(0);
});

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  );
const isOf = (code: Parameters<typeof SdmError.is>[1]) => (error: unknown) => SdmError.is(error, code);
const positionsOf = (history: readonly EpochReport[]) => history.map(({ round, epoch }) => [round, epoch]);

/** Calls back with every epoch. */
function onEpoch(heard: (report: EpochReport) => void): Pick<TrainModelOptions, 'onProgress'> {
  return { onProgress: (event) => event.kind === 'epoch' && heard(event.report) };
}

describe('rounds in worker threads', () => {
  it('give what they give one after the other, bit for bit: all models, metadata and reports', async () => {
    const further = { keepRounds: true, rounds: 4, crossEntropyEpochs: 2, selectBy: 'medianSimilarity' } as const;
    const whole = await trainModel({ ...options, ...further });
    expect(started).toHaveLength(0);
    const events: TrainingEvent[] = [];
    const trained = await trainModel({ ...parallel, ...further, parallelRounds: 3, onProgress: (e) => events.push(e) });
    expect(started).toHaveLength(3);
    expect(lasting(trained)).toEqual(lasting(whole));
    expect(events.filter(({ kind }) => kind === 'warning')).toHaveLength(1); // of the calibration split
    const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
    for (const round of [1, 2, 3, 4]) {
      // The winner of the warm-up comes a second time.
      const own = epochs.flatMap(({ report }) => (report.round === round ? [report.epoch] : []));
      expect([...new Set(own)].toSorted()).toEqual([1, 2, 3, 4]);
      expect(own).toHaveLength(5);
    }
    const counts = epochs.map(({ completedEpochCount }) => completedEpochCount);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(epochs.at(-1)).toMatchObject({ completedEpochCount: 16, secondsLeft: 0 });
  });

  it('go on from a saved model, and are no more threads than rounds', async () => {
    const { model } = await trainModel({ ...options, rounds: 1 });
    const further = { rounds: 2, epochs: 2, continueFrom: { model, modelId: 'before' } };
    const trained = await trainModel({ ...parallel, ...further, parallelRounds: 8 });
    expect(started).toHaveLength(2);
    expect(lasting(trained)).toEqual(lasting(await trainModel({ ...options, ...further })));
  });

  it('are refused with an engine of the caller, and for a number that is none', async () => {
    for (const wrong of [{ engine: kernelEngine() }, { parallelRounds: 0 }, { parallelRounds: 1.5 }]) {
      expect(await errorOf(trainModel({ ...parallel, ...wrong }))).toSatisfy(isOf('out-of-range'));
    }
  });

  it('are trained one after the other, with a warning, where no thread can be started', async () => {
    const whole = lasting(await trainModel(options));
    const warningsOf = async () => {
      const events: TrainingEvent[] = [];
      expect(lasting(await trainModel({ ...parallel, onProgress: (event) => events.push(event) }))).toEqual(whole);
      return events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
    };
    threads.Worker = class extends Worker {
      constructor() {
        super(new URL('file:///nowhere.js'));
        started.push(this);
      }
    };
    const [, warning] = await warningsOf();
    expect(warning).toMatch(
      /no worker threads for parallelRounds \(Cannot find module .*nowhere\.js.*\).* one after the other/,
    );
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect((await warningsOf())[1]).toMatch(/only Node from 20\.16 on/);
  });

  it('are trained one after the other, with a warning, where threads answer nothing for a minute', async () => {
    threads.Worker = class extends Worker {
      constructor() {
        super('setInterval(() => {}, 1000)', { eval: true });
        started.push(this);
      }
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const messages: string[] = [];
    const trained = trainModel({
      ...parallel,
      onProgress(event) {
        if (event.kind !== 'warning' || !event.message.includes('threads')) return;
        messages.push(event.message);
        vi.useRealTimers(); // training itself waits now and then
      },
    });
    await vi.waitFor(() => expect(started).toHaveLength(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lasting(await trained)).toEqual(lasting(await trainModel(options)));
    expect(messages).toEqual([expect.stringMatching(/not ready within 60 s.*one after the other/)]);
  });
});

describe('stopping rounds in worker threads', () => {
  it('cancels without a model', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = trainModel({
      ...parallel,
      signal: controller.signal,
      ...onEpoch(({ epoch }) => epoch === 2 && controller.abort(reason)),
    });
    expect(await errorOf(run)).toMatchObject({ code: 'aborted', cause: reason });
  });

  it('on request finishes the present epochs, keeps the best so far and begins no other round', async () => {
    const controller = new AbortController();
    const whole = await trainModel(options);
    const stopped = await trainModel({
      ...parallel,
      epochs: 4,
      stopSignal: controller.signal,
      ...onEpoch(({ round, epoch }) => round === 2 && epoch === 2 && controller.abort()),
    });
    const { history } = stopped;
    expect(positionsOf(history.filter(({ round }) => round === 2))).toEqual([
      [2, 1],
      [2, 2],
    ]);
    const strip = (rows: readonly EpochReport[]) => rows.map((row) => ({ ...row, seconds: 0 }));
    const wanted = positionsOf(history).map(([round, epoch]) =>
      whole.history.find((row) => row.round === round && row.epoch === epoch),
    );
    expect(strip(history)).toEqual(strip(wanted as EpochReport[]));
    expect(stopped.isStoppedEarly).toBe(true);
    expect(stopped.bestLoss).toBe(Math.min(...history.map((row) => row.balancedCalibrationLoss!)));
  });

  it('matches what a warm-up has so far, and cancels before any epoch is finished', async () => {
    const controller = new AbortController();
    const warmUp = { crossEntropyEpochs: 4, rounds: 2, stopSignal: controller.signal };
    const { history } = await trainModel({ ...parallel, ...warmUp, ...onEpoch(() => controller.abort()) });
    expect(new Set(history.map(({ round }) => round))).toEqual(new Set([1, 2]));
    const matched = history.filter((row) => row.balancedCalibrationLoss !== null);
    expect(matched.map(({ round }) => round)).toEqual([1, 2]);
    const early = trainModel({ ...parallel, stopSignal: AbortSignal.abort() });
    expect(await errorOf(early)).toSatisfy(isOf('aborted'));
  });
});

describe('what goes wrong with rounds in worker threads', () => {
  it('is thrown as it is without them', async () => {
    const diverging = { learningRate: 1e30 };
    const [one, two] = [
      await errorOf(trainModel({ ...options, ...diverging })),
      await errorOf(trainModel({ ...parallel, ...diverging })),
    ];
    expect(two).toSatisfy(isOf('not-finite'));
    expect((two as Error).message).toBe((one as Error).message);
  });

  it('in a callback is thrown, too', async () => {
    const mistake = new Error('of the caller');
    const fail = () => {
      throw mistake;
    };
    expect(await errorOf(trainModel({ ...parallel, ...onEpoch(fail) }))).toBe(mistake);
    expect(await errorOf(trainModel({ ...parallel, onCheckpoint: () => Promise.reject(mistake) }))).toBe(mistake);
  });

  it('does not hang when a thread dies', async () => {
    const dead = trainModel({ ...parallel, ...onEpoch(() => void started[1]!.terminate()) });
    expect(await errorOf(dead)).toSatisfy(isOf('worker-lost'));
    const full = Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
    const outOfMemory = trainModel({ ...parallel, ...onEpoch(() => started.at(-1)!.emit('error', full)) });
    expect(await errorOf(outOfMemory)).toMatchObject({ code: 'out-of-memory', cause: full });
  });
});

describe('rounds in worker threads, resumed', () => {
  /** Trains until that many states were saved; the last one, or the result. */
  async function runUntil(given: TrainModelOptions, saves: number, state: Uint8Array | undefined) {
    const controller = new AbortController();
    let last = state;
    let count = 0;
    const onCheckpoint = (present: RunState) => {
      last = encodeRunState(present);
      if (++count === saves) controller.abort();
    };
    const resume = state && decodeRunState(state);
    const trained = await trainModel({ ...given, onCheckpoint, resume, signal: controller.signal }).catch((error) => {
      if (!SdmError.is(error, 'aborted')) throw error;
    });
    return { last, trained };
  }

  it.each([
    ['in threads', [2, 3, 4], [2, 2, 2]],
    ['in more and in fewer of them', [1, 3, 2], [2, 3, 2]],
    ['one after the other', [4, 1], [3, 1]],
  ])('give what an uninterrupted run does: %s', async (_, saves, parallelRounds) => {
    const given = { ...options, crossEntropyEpochs: 2 };
    const whole = lasting(await trainModel(given));
    let state: Uint8Array | undefined;
    for (const [i, count] of saves.entries()) {
      const { last, trained } = await runUntil({ ...given, parallelRounds: parallelRounds[i] }, count, state);
      expect(trained).toBeUndefined();
      state = last;
    }
    const { trained } = await runUntil({ ...given, parallelRounds: parallelRounds.at(-1) }, Infinity, state);
    expect(lasting(trained!)).toEqual(whole);
  });

  it('keep the rounds in progress when a run in one thread goes on and is stopped', async () => {
    const controller = new AbortController();
    let resume: RunState | undefined;
    let hearSecond = () => {};
    const second = new Promise<void>((resolve) => {
      hearSecond = resolve;
    });
    const heard = new Set<number>();
    const run = trainModel({
      ...parallel,
      signal: controller.signal,
      ...onEpoch(({ round }) => heard.add(round).size === 2 && hearSecond()),
      async onCheckpoint(state) {
        await second; // neither goes on before both have an epoch
        resume = state;
        if (state.present.length === 2) controller.abort();
      },
    });
    expect(await errorOf(run)).toSatisfy(isOf('aborted'));
    const { present } = resume!;
    expect(present.map(({ history }) => history[0]!.round)).toEqual([1, 2]);
    const { history } = await trainModel({ ...options, resume, stopSignal: AbortSignal.abort() });
    expect(positionsOf(history)).toEqual(present.flatMap((round) => positionsOf(round.history)));
  });
});
