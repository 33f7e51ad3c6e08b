import { createRandom, type ExampleTable, SdmError } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import type { TrainingEngine } from './engine.js';
import { kernelEngine } from './kernel-engine.js';
import type { PresentRound, RunState } from './run-state.js';
import { decodeRunState, encodeRunState } from './run-state-file.js';
import { lasting } from './testing/lasting.js';
import { workedCase } from './testing/worked-case.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

/** Trains with a state after every slice. */
async function trainWithStates(options: TrainModelOptions) {
  const states: Uint8Array[] = [];
  const onCheckpoint = (state: RunState) => void states.push(encodeRunState(state));
  const trained = await trainModel({ checkpointSeconds: 0, ...options, onCheckpoint });
  return { trained, states: states.map(decodeRunState) };
}

/** Rows matched, training and calibration, of the last round in progress; undefined between epochs. */
function matchedRows({ present }: RunState): [training: number, calibration: number] | undefined {
  const { training, calibration } = present.at(-1)!.matching?.matches ?? {};
  return training && calibration && [training.similarities.length, calibration.similarities.length];
}

/** Matches training rows slice by slice, as those are that are too many to be matched together. */
function engineInSlices(): TrainingEngine {
  const engine = kernelEngine();
  return {
    ...engine,
    createIndex: async (support) => {
      const { size, match, nearest, dispose } = await engine.createIndex(support);
      return { size, match, nearest, dispose };
    },
  };
}

/** Points of two classes that overlap. */
function drawTable(name: string, rows: number, seed: number): ExampleTable {
  const random = createRandom(seed);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const data = Float32Array.from({ length: 2 * rows }, (_, i) => random.normal() + labels[i >> 1]!);
  return { ids: Array.from(labels, (_, i) => `${name}-${i}`), labels, features: { data, rows, columns: 2 } };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (SdmError.is(error) ? error.code : String(error)),
  );

describe('a training resumed while an epoch is matched', () => {
  it('gives what an uninterrupted one does from every state, bit for bit, also within splits', async () => {
    const options: TrainModelOptions = {
      trainingSet: drawTable('row', 4100, 1),
      calibrationSet: drawTable('cal', 4100, 2),
      representationSize: 2,
      epochs: 2,
      batchSize: 512,
      learningRate: 0.01,
      shuffle: false,
    };
    const whole = lasting(await trainModel(options));
    const epoch = [[4100, 0], [4100, 4000], [4100, 4100], undefined];
    const { states: statesOfWholes } = await trainWithStates(options);
    expect(statesOfWholes.map(matchedRows)).toEqual([...epoch, ...epoch]);
    const { trained, states } = await trainWithStates({ ...options, engine: engineInSlices() });
    expect(lasting(trained)).toEqual(whole);
    expect(states.map(matchedRows)).toEqual([[4000, 0], ...epoch, [4000, 0], ...epoch]);
    for (const resume of states) expect(lasting(await trainModel({ ...options, resume }))).toEqual(whole);
  });

  it.each([
    ['one after the other', {}],
    ['in worker threads', { parallelRounds: 2 }],
  ])('gives it with shuffled rounds and a warm-up, broken off again and again: %s', async (_, threads) => {
    const options: TrainModelOptions = { ...workedCase, shuffle: true, rounds: 2, epochs: 4, crossEntropyEpochs: 2 };
    const whole = lasting(await trainModel(options));
    let resume: RunState | undefined;
    const met: unknown[] = [];
    /** Goes on until one or two states further. */
    const goOn = async (stateCount: number): Promise<unknown> => {
      const controller = new AbortController();
      let count = 0;
      const onCheckpoint = (state: RunState) => {
        if (controller.signal.aborted) return;
        resume = decodeRunState(encodeRunState(state));
        met.push(...resume.present.map(({ matching }) => matching !== undefined));
        if (++count === stateCount) controller.abort();
      };
      const { signal } = controller;
      const run = trainModel({ ...options, ...threads, resume, checkpointSeconds: 0, signal, onCheckpoint });
      return run.then(lasting, (error) => {
        if (!SdmError.is(error, 'aborted')) throw error;
      });
    };
    let trained: unknown;
    for (let parts = 0; trained === undefined && parts < 40; parts++) trained = await goOn(1 + (parts % 2));
    expect(trained).toEqual(whole);
    expect(new Set(met)).toEqual(new Set([true, false]));
  });

  it('does the steps of the epoch once, and copies nothing where no states are wanted', async () => {
    const { states } = await trainWithStates({ ...workedCase, epochs: 2 });
    expect(states.map(matchedRows)).toEqual([[16, 0], [16, 14], undefined, [16, 0], [16, 14], undefined]);
    const calls = { trainBatch: 0, weights: 0, optimizer: 0 };
    const engine = kernelEngine();
    const start: typeof engine.start = async (inputs) => {
      const round = await engine.start(inputs);
      const counted = <Name extends keyof typeof calls>(name: Name): Pick<typeof round, Name> => {
        const call = round[name] as (...given: unknown[]) => unknown;
        const withCount = (...given: unknown[]) => {
          calls[name]++;
          return call(...given);
        };
        return { [name]: withCount } as Pick<typeof round, Name>;
      };
      return { ...round, ...counted('trainBatch'), ...counted('weights'), ...counted('optimizer') };
    };
    const options = { ...workedCase, epochs: 2, engine: { ...engine, start } };
    const { history } = await trainModel({ ...options, resume: states[4] });
    expect(calls.trainBatch).toBe(0);
    const best = history.filter(({ isBest }) => isBest).length;
    await trainModel(options);
    expect(calls).toEqual({ trainBatch: 8, weights: best + Number(history[1]!.isBest), optimizer: 0 });
  });

  it('is handed states that do not change later', async () => {
    const kept: RunState[] = [];
    const then: unknown[] = [];
    const onCheckpoint = (state: RunState) => {
      kept.push(state);
      then.push(structuredClone(state));
    };
    await trainModel({ ...workedCase, checkpointSeconds: 0, onCheckpoint });
    expect(kept).toEqual(then);
  });

  it('has states within an epoch only as often as wanted', async () => {
    const { states } = await trainWithStates({ ...workedCase, checkpointSeconds: Infinity });
    expect(states.map(matchedRows)).toEqual(Array.from({ length: 6 }));
    for (const checkpointSeconds of [-1, NaN]) {
      expect(await codeOf(trainModel({ ...workedCase, checkpointSeconds }))).toBe('out-of-range');
    }
  });

  it('cancels by a stop as long as no epoch is finished, and can be resumed all the same', async () => {
    const { trained, states } = await trainWithStates(workedCase);
    const [resume] = states;
    const options = { ...workedCase, resume };
    expect(await codeOf(trainModel({ ...options, stopSignal: AbortSignal.abort() }))).toBe('aborted');
    expect(lasting(await trainModel(options))).toEqual(lasting(trained));
    const stopped = await trainModel({ ...workedCase, resume: states[3], stopSignal: AbortSignal.abort() });
    expect(stopped.history).toHaveLength(1);
  });
});

describe('a state of an epoch that is matched', () => {
  const changed = (state: RunState, change: (present: PresentRound) => Partial<PresentRound>): RunState => ({
    ...state,
    present: state.present.map((present) => ({ ...present, ...change(present) })),
  });
  const rowsOf = (count: number, q = 1) => ({
    similarities: new Int32Array(count).fill(q),
    nearestDistances: new Float32Array(count),
  });
  const matching = (training: ReturnType<typeof rowsOf>, calibration = rowsOf(0)) => ({
    matching: { round: 1, trainingLoss: 1, seconds: 1, matches: { training, calibration } },
  });

  it('comes back from its bytes as it was', async () => {
    const { states } = await trainWithStates(workedCase);
    const present = states[4]!.present[0]!;
    expect(present.signals).toBeUndefined();
    expect(present.matching).toMatchObject({
      round: 1,
      matches: { training: { similarities: expect.any(Int32Array) } },
    });
    expect(decodeRunState(encodeRunState(states[4]!))).toEqual(states[4]);
  });

  it('is refused where it does not fit the run', async () => {
    const { states } = await trainWithStates(workedCase);
    const [partly, , whole] = states as [RunState, RunState, RunState];
    const refused: [RunState, string][] = [
      [
        changed(partly, () => matching(rowsOf(17))),
        '17 training and 0 calibration rows matched, but round 1 has 16 tr',
      ],
      [changed(partly, () => matching(rowsOf(16), rowsOf(15))), '16 training and 15 calibration rows matched'],
      [changed(partly, () => matching(rowsOf(15), rowsOf(1))), '15 training and 1 calibration rows matched'],
      [changed(partly, () => matching(rowsOf(16, 7))), 'a q of 7, but it is at most 6'],
      [changed(partly, () => matching({ ...rowsOf(5), nearestDistances: new Float32Array(4) })), '5 q and 4 distances'],
      [changed(partly, () => ({ matching: undefined })), 'does not fit its own settings'],
      [changed(states.at(-1)!, () => matching(rowsOf(5))), 'does not fit its own settings'],
      [
        changed(whole, () => ({ signals: { similarities: [1], distanceQuantiles: [1, 1] } })),
        '1 q and 2 d of training rows, but round 1 has 16',
      ],
    ];
    for (const [resume, says] of refused) {
      const run = trainModel({ ...workedCase, resume });
      await expect(run).rejects.toThrow(says);
      expect(await codeOf(run)).toBe('bad-format');
    }
    const warmUp = { ...workedCase, crossEntropyEpochs: 2 };
    const [first] = (await trainWithStates(warmUp)).states;
    expect(await codeOf(trainModel({ ...warmUp, resume: changed(first!, () => matching(rowsOf(5))) }))).toBe(
      'bad-format',
    );
  });

  it('is refused when its file holds anything else than counts and distances', async () => {
    const [state] = (await trainWithStates(workedCase)).states;
    const wrong = [
      rowsOf(2, -1),
      rowsOf(2, 2 ** 25),
      { ...rowsOf(2), nearestDistances: new Float32Array(3) },
      { ...rowsOf(2), nearestDistances: Float32Array.of(1, NaN) },
      { ...rowsOf(2), nearestDistances: Float32Array.of(1, -1) },
    ];
    for (const rows of wrong) {
      const bytes = encodeRunState(changed(state!, () => matching(rows)));
      expect(() => decodeRunState(bytes)).toThrow('"present/0/training": wanted a count and a distance a row');
    }
    const bytes = encodeRunState(state!);
    expect(() => decodeRunState(bytes.subarray(0, bytes.length - 4))).toThrow(/cut off/);
  });
});
