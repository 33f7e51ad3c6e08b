import { openRunFolder, type RunFolder } from '@sdmjs-tooling/app-kit';
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Example, SdmError } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { saveModel } from '@sdmjs/interchange/node';
import { createDecoder, createLanguageModel, representationOf, trainWordTokenizer } from '@sdmjs/language-model';
import { saveLanguageModel } from '@sdmjs/language-model/node';
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '@sdmjs/backends';
import { trainModel } from '@sdmjs/training';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerPrompt } from './answer-prompt.js';
import { featureOfAnswer } from './answer-prompts.js';
import { loadWriter } from './load-writer.js';
import { presetNamed } from './presets.js';
import { CONTROL_TOKENS, taskTokens } from './task-tokens.js';

const texts = ['we shall do what we can for the good of all'];
const tokenizer = trainWordTokenizer({ texts, vocabularySize: 40, controlTokens: CONTROL_TOKENS });
const sizes = { width: 8, layerCount: 1, headCount: 2, feedForwardSize: 8, vocabularySize: 40, contextLength: 30 };

/** A run folder with an untrained language model of the seed. */
async function folderWithLanguageModel(seed: number): Promise<RunFolder> {
  const path = join(mkdtempSync(join(tmpdir(), 'verified-writer-')), 'run');
  const folder = openRunFolder(path, { preset: presetNamed('test'), seed });
  const decoder = createDecoder(sizes, { seed });
  await saveLanguageModel({ decoder, tokenizer }, folder.pathOf('language-model'));
  decoder.dispose();
  return folder;
}

/** Saves an estimator of random features that says it belongs to the language model of the seed. */
async function addEstimator(folder: RunFolder, seed: number): Promise<void> {
  const languageModel = await createLanguageModel({ decoder: createDecoder(sizes, { seed }), tokenizer });
  const representation = await representationOf(languageModel, featureOfAnswer(taskTokens(tokenizer), 3));
  languageModel.dispose();
  const random = createRandom(seed);
  const examples = (name: string) =>
    Array.from({ length: 20 }, (_, i): Example => {
      const features = Float32Array.from({ length: 2 * sizes.width }, () => random.normal() + (i % 2));
      return { id: `${name}${i}`, label: i % 2, features, document: `${name} ${i}` };
    });
  const trained = await trainModel({
    trainingSet: examples('a'),
    calibrationSet: examples('b'),
    classNames: ['refuted', 'verified'],
    representationSize: 4,
    epochs: 1,
    shuffle: false,
    representation,
  });
  await saveModel(calibrate(trained), folder.pathOf('estimator.sdmkitmodel'));
}

const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'no error',
    (error: unknown) => (SdmError.is(error) ? error.code : error),
  );

beforeAll(() => chooseBackend({ force: 'wasm' }));
afterAll(() => tf.disposeVariables());

test('models of one run answer a prompt', async () => {
  const folder = await folderWithLanguageModel(0);
  await addEstimator(folder, 0);
  const writer = await loadWriter(folder, 3);
  const options = { answerLength: 3, targetAccuracy: 0.95 };
  const shown = await answerPrompt(writer, 'we shall do / all good for', options);
  expect(shown.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'prompt',
    'answer',
    'verdict',
    'evidence',
    'exemplars',
    ...new Array(4).fill(''),
  ]);
  expect(await codeOf(answerPrompt(writer, 'we shall / all good for', options))).toBe('out-of-range');
});

test('an estimator of another language model is refused by its fingerprint', async () => {
  const folder = await folderWithLanguageModel(0);
  await addEstimator(folder, 1);
  expect(await codeOf(loadWriter(folder, 3))).toBe('fingerprint-mismatch');
});

test('a run that has not been finished is refused', async () => {
  expect(await codeOf(loadWriter(await folderWithLanguageModel(0), 3))).toBe('not-calibrated');
});

test('folders that hold no model are refused', async () => {
  const folder = await folderWithLanguageModel(0);
  mkdirSync(folder.pathOf('estimator.sdmkitmodel'));
  writeFileSync(folder.pathOf('estimator.sdmkitmodel/manifest.json'), '{}');
  expect(await codeOf(loadWriter(folder, 3))).toBe('bad-format');
  renameSync(folder.pathOf('language-model/config.json'), folder.pathOf('language-model/other.json'));
  expect(await codeOf(loadWriter(folder, 3))).toBe('bad-format');
});
