import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError, type SdmErrorCode } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '@sdmjs/interchange';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDecoder } from '../decoder.js';
import { namedWeights } from '../decoder-weights.js';
import { createLanguageModel } from '../language-model.js';
import { startBackend } from '../testing/backends.js';
import { TINY } from '../testing/tiny.js';
import { trainDecoder } from '../train.js';
import { trainWordTokenizer } from '../word-tokenizer.js';
import { loadLanguageModel, loadTrainingState, saveLanguageModel, saveTrainingState } from './index.js';

const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: 20 });
const config = { ...TINY, vocabularySize: 20, logitScale: 4 / Math.sqrt(7) };
let parent: string;
let folder: string;

beforeAll(() => startBackend('cpu'));
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sdm-model-'));
  folder = join(parent, 'model');
  const decoder = createDecoder(config, { seed: 3 });
  await saveLanguageModel({ decoder, tokenizer }, folder);
  decoder.dispose();
});
afterEach(() => rm(parent, { recursive: true }));

it('loads what was saved, with the same fingerprint', async () => {
  const decoder = createDecoder(config, { seed: 3 });
  const original = await createLanguageModel({ decoder, tokenizer });
  const restored = await createLanguageModel(await loadLanguageModel(folder));
  expect(restored.fingerprint).toBe(original.fingerprint);
  expect(await readdir(folder)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  expect(await readdir(parent)).toEqual(['model']);
  original.dispose();
  restored.dispose();
});

it('writes over a model only when told', async () => {
  const decoder = createDecoder(config, { seed: 4 });
  await expect(saveLanguageModel({ decoder, tokenizer }, folder)).rejects.toThrow(/exists/);
  await saveLanguageModel({ decoder, tokenizer }, folder, { overwrite: true });
  const { decoder: loaded } = await loadLanguageModel(folder);
  expect(await loaded.weights.embedding.data()).toEqual(await decoder.weights.embedding.data());
  expect(await readdir(parent)).toEqual(['model']);
  decoder.dispose();
  loaded.dispose();
});

it('does not replace what is no model, and finds one that a killed save had set aside', async () => {
  await expect(loadLanguageModel(join(parent, 'none'))).rejects.toSatisfy((error) => SdmError.is(error, 'not-found'));
  await rename(folder, join(parent, '.model.previous-elsewhere-1-0'));
  const { decoder } = await loadLanguageModel(folder);
  await mkdir(folder);
  const saving = saveLanguageModel({ decoder, tokenizer }, folder, { overwrite: true });
  await expect(saving).rejects.toThrow(/is no model/);
  await expect(saveLanguageModel({ decoder, tokenizer }, '/dev/null/model')).rejects.toSatisfy((error) =>
    SdmError.is(error, 'not-writable'),
  );
  decoder.dispose();
});

type Edit = (tensors: Map<string, NamedArray>) => unknown;
const editWeights = (edit: Edit) => async () => {
  const path = join(folder, 'model.safetensors');
  const { tensors } = decodeSafetensors(await readFile(path));
  edit(tensors);
  await writeFile(path, encodeSafetensors(tensors));
};
const editFile = (name: string, from: string, to: string) => async () => {
  const path = join(folder, name);
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
};

it.each<[string, () => Promise<void>, SdmErrorCode]>([
  ['weights cut off', () => truncate(join(folder, 'model.safetensors'), 2000), 'bad-format'],
  ['a config cut off', () => truncate(join(folder, 'config.json'), 20), 'bad-format'],
  ['a missing tokenizer', () => rm(join(folder, 'tokenizer.json')), 'bad-format'],
  ['a later format', editFile('config.json', '"formatVersion": 1', '"formatVersion": 2'), 'unsupported-version'],
  ['another architecture', editFile('config.json', 'sdmjs-decoder', 'other'), 'bad-format'],
  ['a field that is no number', editFile('config.json', '"width": 8', '"width": "8"'), 'bad-format'],
  ['another width', editFile('config.json', '"width": 8', '"width": 12'), 'shape-mismatch'],
  ['more layers', editFile('config.json', '"layerCount": 2', '"layerCount": 3'), 'bad-format'],
  ['a smaller vocabulary', editFile('config.json', '"vocabularySize": 20', '"vocabularySize": 19'), 'shape-mismatch'],
  ['a missing tensor', editWeights((tensors) => tensors.delete('layers.1.query')), 'bad-format'],
  ['an extra tensor', editWeights((tensors) => tensors.set('x', tensors.get('finalNorm')!)), 'bad-format'],
  ['a NaN', editWeights((tensors) => tensors.get('finalNorm')!.values.fill(Number.NaN)), 'not-finite'],
])('refuses %s and leaks nothing', async (_, damage, code) => {
  await damage();
  const before = tf.memory().numTensors;
  await expect(loadLanguageModel(folder)).rejects.toSatisfy((error) => SdmError.is(error, code));
  expect(tf.memory().numTensors).toBe(before);
});

it('keeps a training state through a file', async () => {
  const decoder = createDecoder(config);
  const batchAt = () => ({
    rows: 1,
    columns: 2,
    tokens: Int32Array.of(1, 2),
    weights: Float32Array.of(0, 1),
    tokenCount: 2,
  });
  const { state } = await trainDecoder({ decoder, batchAt, stepCount: 2, learningRate: 0.1 });
  const path = join(parent, 'checkpoint.safetensors');
  await saveTrainingState(state, path);
  await saveTrainingState(state, path);
  expect(await loadTrainingState(path)).toEqual(state);
  expect([...state.weights.keys()]).toEqual([...namedWeights(decoder.weights).keys()]);
  await expect(loadTrainingState(join(folder, 'model.safetensors'))).rejects.toThrow(/kind/);
  decoder.dispose();
});
