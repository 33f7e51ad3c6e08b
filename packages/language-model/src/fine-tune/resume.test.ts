import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors } from '@sdmjs/interchange';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFineTuneState, saveFineTuneState, saveTrainingState } from '../node/index.js';
import { startBackend } from '../testing/backends.js';
import { OPTIONS, tune } from '../testing/verdict-toy.js';
import type { FineTuneOptions } from './fine-tune-options.js';
import { decodeFineTuneState, encodeFineTuneState } from './fine-tune-state.js';

/** Three evaluations an epoch of four steps: one falls on the end of an epoch, others do not. */
const RUN = { loss: 'sdm', hardNegatives: true, epochs: 3, learningRate: 0.02, evaluationsPerEpoch: 4 } as const;

/** A run without a break, and its states, each as it was when it was handed over. */
async function whole(options: Partial<FineTuneOptions>) {
  const files: Uint8Array<ArrayBuffer>[] = [];
  const result = await tune({ ...options, onCheckpoint: (state) => void files.push(encodeFineTuneState(state)) });
  return { result, files };
}

describe('a resumed fine-tuning', () => {
  let folder: string;
  let uninterrupted: Awaited<ReturnType<typeof whole>>;
  beforeAll(async () => {
    await startBackend('wasm');
    folder = await mkdtemp(join(tmpdir(), 'sdm-fine-tune-'));
    uninterrupted = await whole(RUN);
  }, 60_000); // a whole run, on a machine that may be busy
  afterAll(() => rm(folder, { recursive: true }));
  const states = () => uninterrupted.files.map(decodeFineTuneState);

  it('has a state after every epoch, with hard negatives of both sets', () => {
    expect(states().map(({ training }) => training.optimizer.step)).toEqual([4, 8, 12]);
    expect(states().map(({ evaluations, losses }) => [evaluations.length, losses.length])).toEqual([
      [4, 4],
      [8, 8],
      [12, 12],
    ]);
    for (const { trainingNegatives, calibrationNegatives } of states().slice(1)) {
      expect(trainingNegatives.size).toBeGreaterThan(0);
      expect(calibrationNegatives.size).toBeGreaterThan(0);
    }
  });

  it.each([0, 1, 2])('after epoch %i + 1 is the uninterrupted one, bit for bit', async (epoch) => {
    expect(await tune({ ...RUN, resume: states()[epoch]! })).toEqual(uninterrupted.result);
  });

  it('is the same from states that lie in files and where evaluations miss the ends of epochs', async () => {
    const path = join(folder, 'state.safetensors');
    const options = { ...RUN, epochs: 2, batchSize: 10, evaluationsPerEpoch: 2 }; // five steps an epoch, one evaluation in two
    const result = await tune(options);
    const controller = new AbortController();
    const stopped = tune({
      ...options,
      signal: controller.signal,
      onCheckpoint: (state) => saveFineTuneState(state, path),
      onProgress: ({ step }) => step === 8 && controller.abort(),
    });
    await expect(stopped).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    expect(await tune({ ...options, resume: await loadFineTuneState(path) })).toEqual(result);
    expect(await readdir(folder)).toEqual(['state.safetensors']);
  });

  it('ends with the best weights where they lie before the resumption', async () => {
    const learningRate = (step: number) => (step < 4 ? 0.02 : 1); // diverges from the second epoch on
    const diverging = { ...RUN, learningRate };
    const { result, files } = await whole(diverging);
    expect(result.bestStep).toBeLessThanOrEqual(4);
    for (const file of files.slice(0, 2)) {
      expect(await tune({ ...diverging, resume: decodeFineTuneState(file) })).toEqual(result);
    }
  });

  it('refuses a state of other settings or documents, and names what differs', async () => {
    const resume = states()[0]!;
    const refused = async (options: Partial<FineTuneOptions>, message: RegExp) => {
      const run = tune({ ...RUN, ...options, resume, onProgress: () => expect.unreachable() });
      await expect(run).rejects.toThrow(message);
      await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'fingerprint-mismatch'));
    };
    await refused({ loss: 'cross-entropy' }, /another loss \("sdm", here "cross-entropy"\); resume with/);
    await refused({ seed: 1 }, /another seed \(0, here 1\)/);
    await refused({ epochs: 4 }, /another stepCount \(12, here 16\), learningRate/);
    await refused({ positiveRate: 0.4 }, /another positiveRate \(not given, here 0.4\)/);
    await refused({ isCorrect: () => true }, /another isCorrect \(by default, here given\)/);
    await refused({ trainingSet: OPTIONS.trainingSet.toReversed() }, /another trainingSet/);
    const calibrationSet = OPTIONS.calibrationSet.map((document, i) =>
      i === 3 ? { ...document, id: 'new' } : document,
    );
    await refused({ calibrationSet }, /another calibrationSet/);
    const optimizer = { ...resume.training.optimizer, step: 3 };
    const inEpoch = tune({ ...RUN, resume: { ...resume, training: { ...resume.training, optimizer } } });
    await expect(inEpoch).rejects.toThrow(/after step 3, wanted a multiple of 4 up to 12/);
    const robbed = tune({ ...RUN, resume: { ...resume, bestWeights: new Map() } });
    await expect(robbed).rejects.toThrow(/no numbers for embedding/);
  });

  it('cares neither for the order of settings nor for how a constant rate is said', async () => {
    const layer = { learningRate: 0.01, epochs: 3, representationSize: 8 };
    const resume = states()[1]!;
    expect(await tune({ ...RUN, layer, learningRate: () => 0.02, resume })).toEqual(uninterrupted.result);
  });

  it('refuses files that were cut off or are something else', async () => {
    const path = join(folder, 'broken.safetensors');
    const isBad = (error: unknown) => SdmError.is(error, 'bad-format');
    const state = states()[1]!;
    await saveFineTuneState(state, path);
    expect(await loadFineTuneState(path)).toEqual(state);
    const size = (await readFile(path)).length;
    for (const length of [size - 1, Math.floor(size / 2), 100, 8, 3, 0]) {
      await truncate(path, length);
      await expect(loadFineTuneState(path)).rejects.toSatisfy(isBad);
    }
    await writeFile(path, 'not a checkpoint, but long enough to have a header');
    await expect(loadFineTuneState(path)).rejects.toSatisfy(isBad);
    await saveTrainingState(state.training, path);
    await expect(loadFineTuneState(path)).rejects.toThrow(/kind "sdmjs-fine-tune-state", got sdmjs-training-state/);
    await expect(loadFineTuneState(join(folder, 'none'))).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ['evaluations', '[]'],
    ['evaluations', '[{"step":4}]'],
    ['trainingNegatives', '[["t1",[1.5]]]'],
    ['calibrationNegatives', '{"t1":[1]}'],
    ['settings', '{"seed":0}'],
    ['settings', '{"seed"'],
    ['step', 'four'],
    ['step', '5'],
  ])('refuses a file whose %s are %s', (name, text) => {
    const { tensors, metadata } = decodeSafetensors(uninterrupted.files[0]!);
    const changed = encodeSafetensors(tensors, { ...Object.fromEntries(metadata), [name]: text });
    expect(() => decodeFineTuneState(changed)).toThrow(
      expect.toSatisfy((error: unknown) => SdmError.is(error, 'bad-format')),
    );
  });
});
