import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError, type SdmErrorCode } from '@sdmjs/core';
import { encodeSafetensors, stringifyJson } from '@sdmjs/interchange';
import { signalOf } from '@sdmjs/interchange/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelEngine } from './kernel-engine.js';
import { loadRunState, saveRunState } from './node/index.js';
import type { PresentRound } from './run-state.js';
import { decodeRunState, encodeRunState } from './run-state-file.js';
import { workedCase } from './testing/index.js';
import { lasting } from './testing/lasting.js';
import { type TrainedModel, type TrainModelOptions, trainModel } from './train-model.js';

/** A run that breaks off before its `batch`th batch: its last state as a file, or its result. */
async function runUntil(options: TrainModelOptions, batch: number, state: Uint8Array | undefined) {
  const engine = kernelEngine();
  const controller = new AbortController();
  let last = state;
  let count = 0;
  const start: typeof engine.start = async (inputs) => {
    const round = await engine.start(inputs);
    return {
      ...round,
      trainBatch: (rows, signals) => {
        if (++count >= batch) controller.abort();
        return round.trainBatch(rows, signals);
      },
    };
  };
  try {
    const trained = await trainModel({
      ...options,
      engine: { ...engine, start },
      signal: controller.signal,
      resume: state && decodeRunState(state),
      onCheckpoint: (present) => void (last = encodeRunState(present)),
    });
    return { last, trained };
  } catch (error) {
    if (!SdmError.is(error, 'aborted')) throw error;
    return { last, trained: undefined };
  }
}

describe('a resumed training', () => {
  const settings = fc.record({
    rounds: fc.integer({ min: 1, max: 3 }),
    epochs: fc.integer({ min: 3, max: 5 }),
    crossEntropyEpochs: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer({ min: 0, max: 99 }),
    shuffle: fc.constant(true),
    stratify: fc.constant(true),
    selectBy: fc.constantFrom('balancedLoss' as const, 'medianSimilarity' as const),
  });
  const breaks = fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 5 });

  it('gives what an uninterrupted one does, bit for bit, wherever and how often it is broken off', async () => {
    const resumed = { count: 0 };
    await fc.assert(
      fc.asyncProperty(settings, breaks, async (chosen, batches) => {
        const options = { ...workedCase, ...chosen };
        const whole = await trainModel(options);
        let state: Uint8Array | undefined;
        let trained: TrainedModel | undefined;
        for (const batch of [...batches, Infinity]) {
          if (state) resumed.count++;
          ({ last: state, trained } = await runUntil(options, batch, state));
          if (trained) break;
        }
        expect(lasting(trained!)).toEqual(lasting(whole));
      }),
      { numRuns: 25, seed: 4 },
    );
    expect(resumed.count).toBeGreaterThan(20);
  });

  it('goes on from the very state of a stop, and from the last state of all', async () => {
    const whole = await trainModel({ ...workedCase, rounds: 2 });
    const controller = new AbortController();
    const states: Uint8Array[] = [];
    const stopped = await trainModel({
      ...workedCase,
      rounds: 2,
      stopSignal: controller.signal,
      onProgress: (event) => event.kind === 'epoch' && event.report.epoch === 3 && controller.abort(),
      onCheckpoint: (state) => void states.push(encodeRunState(state)),
    });
    expect(stopped).toMatchObject({ isStoppedEarly: true });
    expect(states).toHaveLength(3);
    const onCheckpoint: TrainModelOptions['onCheckpoint'] = (state) => void states.push(encodeRunState(state));
    const rest = { ...workedCase, rounds: 2, onCheckpoint, resume: decodeRunState(states[2]!) };
    expect(lasting(await trainModel(rest))).toEqual(lasting(whole));
    expect(states).toHaveLength(12);
    expect(lasting(await trainModel({ ...rest, resume: decodeRunState(states[11]!) }))).toEqual(lasting(whole));
  });

  it('goes on from a stop within a warm-up as if its best epoch had not been matched', async () => {
    const options = { ...workedCase, crossEntropyEpochs: 3 };
    const whole = await trainModel(options);
    const controller = new AbortController();
    let last: Uint8Array | undefined;
    const stopped = await trainModel({
      ...options,
      stopSignal: controller.signal,
      onProgress: (event) => event.kind === 'epoch' && controller.abort(),
      onCheckpoint: (state) => void (last = encodeRunState(state)),
    });
    expect(stopped).toMatchObject({ isStoppedEarly: true, bestEpoch: 1 });
    expect(lasting(await trainModel({ ...options, resume: decodeRunState(last!) }))).toEqual(lasting(whole));
  });

  it('continues a saved model as without a break', async () => {
    const before = await trainModel({ ...workedCase, epochs: 2 });
    const options = { ...workedCase, epochs: 3, continueFrom: { model: before.model, modelId: 'before' } };
    const { last } = await runUntil(options, 7, undefined);
    expect(lasting(await trainModel({ ...options, resume: decodeRunState(last!) }))).toEqual(
      lasting(await trainModel(options)),
    );
  });
});

describe('a state of a run', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sdm-training-'));
    file = join(folder, 'run.safetensors');
    const { last } = await runUntil({ ...workedCase, rounds: 2, crossEntropyEpochs: 2 }, 30, undefined);
    await saveRunState(decodeRunState(last!), file);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing',
      (error: unknown) => (SdmError.is(error) ? error.code : String(error)),
    );

  it('comes back from its file as it was', async () => {
    const state = await loadRunState(file);
    expect(state.finished).toHaveLength(1);
    expect(state.present).toHaveLength(1);
    expect(state.present[0]!.history.map(({ round, epoch }) => [round, epoch])).toEqual([[2, 1]]);
    expect(state.present[0]!.warmUp).toBeDefined();
    expect(decodeRunState(encodeRunState(state))).toEqual(state);
    expect((await readFile(file)).equals(encodeRunState(state))).toBe(true);
  });

  it('is refused by a run that was told otherwise, which names the difference', async () => {
    const resume = await loadRunState(file);
    const run = { ...workedCase, rounds: 2, crossEntropyEpochs: 2, resume };
    const [first, ...others] = workedCase.trainingSet;
    const otherFeatures = [{ ...first!, features: Float32Array.of(1, 2, 3) }, ...others];
    const differing: [Partial<TrainModelOptions>, string][] = [
      [{ epochs: 7 }, 'epochs (6, here 7)'],
      [{ learningRate: 0.06 }, 'learningRate (0.05, here 0.06)'],
      [{ selectBy: 'medianSimilarity' }, 'selectBy'],
      [{ trainingSet: otherFeatures }, 'features'],
      [{ trainingSet: [{ ...first!, id: 'other' }, ...others] }, 'ids'],
      [{ engine: { ...kernelEngine(), name: 'another' } }, 'engine (kernel, here another)'],
    ];
    for (const [change, says] of differing) {
      const failed = trainModel({ ...run, ...change });
      await expect(failed).rejects.toThrow(says);
      expect(await codeOf(failed)).toBe('fingerprint-mismatch');
    }
    const [present] = resume.present as [PresentRound];
    for (const wrong of [[], [{ ...present, history: [] }], [present, present]]) {
      expect(await codeOf(trainModel({ ...run, resume: { ...resume, present: wrong } }))).toBe('bad-format');
    }
  });

  it('is refused when its file was cut off, is of another kind or lacks a part', async () => {
    const cut = join(folder, 'cut');
    const bytes = await readFile(file);
    await writeFile(cut, bytes);
    await truncate(cut, bytes.length - 4);
    const wanted: SdmErrorCode = 'bad-format';
    expect(await codeOf(loadRunState(cut))).toBe(wanted);
    const files = [
      encodeSafetensors(new Map(), { kind: 'something-else' }),
      encodeSafetensors(new Map(), { kind: 'sdmjs-run-state' }),
      encodeSafetensors(new Map(), { kind: 'sdmjs-run-state', state: stringifyJson({ settings: {} }) }),
    ];
    for (const contents of files) {
      await writeFile(cut, contents);
      expect(await codeOf(loadRunState(cut))).toBe(wanted);
    }
    expect(await codeOf(loadRunState(join(folder, 'absent')))).toMatch(/ENOENT/);
  });
});

it.each([
  // An epoch is four batches, then for each state the new file, the rename and a flush of the folder; a matched one, from the third on, has three states.
  ['before batches, while writing and between renames', { parallelRounds: 1, kills: [3, 5, 7, 16, 5, 13] }],
  // An epoch is heard before its state is written.
  ['with rounds in threads', { parallelRounds: 2, kills: [6, 9, 30] }],
])(
  'gives the same model after its process was killed, %s',
  async (_, { parallelRounds, kills }) => {
    const root = await mkdtemp(join(tmpdir(), 'sdmjs-'));
    const script = new URL('./testing/train-until-killed.ts', import.meta.url);
    const [state, result] = [join(root, 'run.safetensors'), join(root, 'result.json')];
    const train = (call: number) => signalOf(script, [state, result, call, parallelRounds]);
    const signals: unknown[] = [];
    for (const call of kills) signals.push(await train(call));
    expect(signals).toEqual(signals.map(() => 'SIGKILL'));
    expect(existsSync(result)).toBe(false);
    expect(await train(0)).toBeNull();
    const rounds = parallelRounds === 1 ? {} : { rounds: 3, shuffle: true };
    const whole = await trainModel({ ...workedCase, crossEntropyEpochs: 2, ...rounds });
    const wanted = stringifyJson({ model: whole.model, calibrationScores: whole.calibrationScores });
    expect(await readFile(result, 'utf8')).toBe(wanted);
    await rm(root, { recursive: true });
  },
  120_000,
);
