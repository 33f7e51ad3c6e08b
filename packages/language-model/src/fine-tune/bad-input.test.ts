import { createRandom, createMatrix, SdmError, type SdmErrorCode } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedWeights, readWeights } from '../decoder-weights.js';
import { hiddenFeatures, verdictFeature } from '../hidden-features.js';
import { startBackend } from '../testing/backends.js';
import { createToy, OPTIONS, tune, valuesOf, VERDICT } from '../testing/verdict-toy.js';
import { createBestCheckpoint } from './best-checkpoint.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import { drawHalves } from './draw-halves.js';
import { evaluateDocuments } from './evaluate-documents.js';
import { contextOf, type FineTuneOptions, planOf } from './fine-tune-options.js';
import { decodeFineTuneState, encodeFineTuneState } from './fine-tune-state.js';
import { fineTuneVerified } from './fine-tune-verified.js';
import { restoreAfter } from './not-finite.js';
import { createTuningSet } from './tuning-set.js';
import { trainVerdictLayer } from './verdict-layer.js';
import { verdictExamples, type VerdictExamplesOptions } from './verdict-examples.js';

const { trainingSet, calibrationSet } = OPTIONS;
const [document] = trainingSet as [ContrastiveDocument];

/** Nothing is generated, drawn or trained before the error. */
const IDLE = {
  isCorrect: () => expect.unreachable(),
  allowedTokens: () => expect.unreachable(),
  onProgress: () => expect.unreachable(),
  onEvaluation: () => expect.unreachable(),
};

async function expectError(run: Promise<unknown>, code: SdmErrorCode, message: RegExp): Promise<void> {
  await expect(run).rejects.toThrow(message);
  await expect(run).rejects.toSatisfy((error) => SdmError.is(error, code));
}

beforeAll(() => startBackend('wasm'));

describe('documents and options that cannot be used', () => {
  const cases: [string, Partial<ContrastiveDocument>, SdmErrorCode, RegExp][] = [
    [
      'a prompt beyond the context',
      { prompt: Array(13).fill(1) },
      'context-exceeded',
      /"t0" has 14 tokens .* room for 10; shorten/,
    ],
    ['a negative beyond the context', { negative: Array(12).fill(1) }, 'context-exceeded', /"t0" has 14 tokens/],
    ['a token out of the vocabulary', { positive: [22] }, 'out-of-range', /"t0" has a token outside \[0, 22\)/],
    ['more running text than prompt', { textLength: 3 }, 'out-of-range', /"t0": wanted a textLength up to 2, got 3/],
  ];
  it.each(cases)('refuse %s', async (_, change, code, message) => {
    const changed = [{ ...document, ...change }, ...trainingSet.slice(1)];
    await expectError(tune({ ...IDLE, trainingSet: changed }), code, message);
    await expectError(examplesOf({ ...IDLE, documents: changed }), code, message);
  });

  it('refuse verdict tokens that the model lacks, and answers without a token', async () => {
    const verdict = { ...VERDICT, no: 22 };
    await expectError(tune({ ...IDLE, verdict }), 'out-of-range', /fineTuneVerified: wanted three different tokens/);
    await expectError(
      examplesOf({ ...IDLE, verdict }),
      'out-of-range',
      /verdictExamples: wanted three different tokens/,
    );
    await expectError(tune({ ...IDLE, maxNewTokens: 0 }), 'out-of-range', /maxNewTokens of 1 or more, got 0/);
    await expectError(examplesOf({ ...IDLE, maxNewTokens: 0 }), 'out-of-range', /maxNewTokens of 1 or more, got 0/);
  });

  it('refuse to draw one verdict only, before anything is generated, unless asked to', async () => {
    const one = { ...IDLE, documents: trainingSet.slice(0, 1) };
    await expectError(examplesOf(one), 'class-missing', /1 documents drew . right answers and . wrong ones/);
    const positives = await examplesOf({ ...one, positiveRate: 1 });
    expect(positives.map(({ label }) => label)).toEqual([1]);
  });
});

describe('halves with one verdict', () => {
  it('are refused before the first step, with the half, the counts and the epoch', async () => {
    const few = { ...IDLE, trainingSet: trainingSet.slice(0, 5), epochs: 40 };
    // With 5 documents some layer of 40 epochs misses a verdict, and the message says which.
    await expectError(
      tune(few),
      'class-missing',
      /SDM layer of the training set in epoch \d+: its (training|calibration) half drew (\d right and 0|0 right and \d) wrong answers of 5 documents.*give more documents/,
    );
    await expectError(
      tune({ ...IDLE, calibrationSet: calibrationSet.slice(0, 1) }),
      'class-missing',
      /SDM layer of the calibration set: its training half/,
    );
  });

  it('are those that would have been drawn later', async () => {
    const small = { trainingSet: trainingSet.slice(0, 9), calibrationSet: calibrationSet.slice(0, 9), batchSize: 9 };
    let [refused, trained] = [0, 0];
    for (let seed = 0; seed < 8; seed++) {
      try {
        await tune({ ...small, seed, epochs: 2, maxNewTokens: 1 });
        trained += 1;
      } catch (error) {
        expect(SdmError.is(error, 'class-missing') && error.message).toMatch(
          /SDM layer of the (training|calibration) set/,
        );
        refused += 1;
      }
    }
    expect(trained).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('do not matter where no layer is trained', async () => {
    const few = { trainingSet: trainingSet.slice(0, 1), calibrationSet: calibrationSet.slice(0, 1) };
    expect((await tune({ ...few, loss: 'cross-entropy', epochs: 1 })).losses).toHaveLength(1);
  });

  it('have both verdicts where none is missing', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const coins = drawHalves(labels, createRandom(1), 'a set');
    for (const half of [true, false]) {
      expect(new Set(labels.filter((_, i) => coins[i] === half))).toEqual(new Set([0, 1]));
    }
  });
});

it('a layer that admits nothing gives bases all the same', async () => {
  const random = createRandom(5);
  const drawn = trainingSet.map((given, i) => ({ document: given, completion: given.positive, label: i % 2 }));
  const noise = createMatrix(
    drawn.length,
    4,
    Float32Array.from({ length: 4 * drawn.length }, () => random.normal()),
  );
  const settings = { representationSize: 4, epochs: 1 };
  const layer = await trainVerdictLayer({ drawn, features: noise, settings, random });
  const estimates = await layer.estimate(drawn, noise);
  expect(estimates.some(({ admitted }) => admitted)).toBe(false);
  for (const { probabilities } of estimates) {
    expect(probabilities.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
  }
  layer.dispose();
});

describe('answers without tokens', () => {
  it('are wrong answers like others, and their features are those of the prompt', async () => {
    const decoder = createToy();
    const documents = trainingSet.slice(0, 6);
    const allowedTokens = () => [VERDICT.opening]; // ends every answer before it has begun
    const examples = await verdictExamples({ decoder, documents, verdict: VERDICT, allowedTokens, positiveRate: 0 });
    const sequences = documents.map(({ prompt }) => [...prompt, VERDICT.opening]);
    const features = await hiddenFeatures({ decoder, sequences, feature: verdictFeature(VERDICT.opening) });
    expect(examples.map(({ label }) => label)).toEqual(documents.map(() => 0));
    expect(examples.flatMap((example) => [...example.features])).toEqual([...features.data]);
    decoder.dispose();
  });
});

describe('a loss that is no number', () => {
  /** Weights are so large in the second epoch that hidden states overflow. */
  const OVERFLOW: Partial<FineTuneOptions> = {
    loss: 'cross-entropy',
    hardNegatives: false,
    evaluationsPerEpoch: 4,
    learningRate: (step) => (step < 6 ? 0.01 : 1e14),
    adamW: { weightDecay: 0 },
  };

  it('stops the run, names the place, keeps the best weights and hands no broken state over', async () => {
    const decoder = createToy();
    const states: Uint8Array<ArrayBuffer>[] = [];
    const heard: number[] = [];
    const run = fineTuneVerified({
      ...OPTIONS,
      ...OVERFLOW,
      decoder,
      onCheckpoint: (state) => void states.push(encodeFineTuneState(state)),
      onEvaluation: ({ step, loss }) => {
        expect(loss).toBeLessThan(10);
        heard.push(step);
      },
    });
    await expectError(
      run,
      'not-finite',
      /^fineTuneVerified: step 6 in epoch 2, documents ("t\d+"(, )?){16}: .*NaN at step 6;.* weights of the best evaluation, after step 6,/,
    );
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
    expect(states).toHaveLength(1);
    const { bestWeights } = decodeFineTuneState(states[0]!);
    const kept = new Map(await valuesOf(decoder));
    expect([...bestWeights.keys()]).toEqual([...kept.keys()]);
    expect([...kept.values()].flat().every((value) => Math.abs(value) < 10)).toBe(true);
    decoder.dispose();
  });

  it('names the documents of the batch, and gives the first weights back where nothing was evaluated', async () => {
    const decoder = createToy();
    const before = await valuesOf(decoder);
    const learningRate = () => 1e14;
    const options = { ...OPTIONS, ...OVERFLOW, evaluationsPerEpoch: 1, learningRate, decoder };
    const run = fineTuneVerified({ ...options, onCheckpoint: () => expect.unreachable() });
    await expectError(
      run,
      'not-finite',
      /^fineTuneVerified: step 1 in epoch 1, documents ("t\d+"(, )?){16}: .*the loss is (NaN|Infinity) at step 1;.* weights that it began with again/,
    );
    expect(await valuesOf(decoder)).toEqual(before);
    decoder.dispose();
  });

  it('is found in an evaluation, too, and named as such', async () => {
    const decoder = createToy();
    const first = await readWeights(namedWeights(decoder.weights));
    decoder.weights.finalNorm.assign(tf.fill([16], NaN));
    const options = { ...OPTIONS, loss: 'cross-entropy', decoder } as const;
    const place = { step: 8, isEvaluation: true, documents: [] as readonly ContrastiveDocument[] };
    const set = createTuningSet(contextOf(options), calibrationSet);
    const onDocuments = (documents: readonly ContrastiveDocument[]) => {
      place.documents = documents;
    };
    const evaluating = evaluateDocuments(set, calibrationSet, {
      ...planOf(options),
      decoder,
      isOnline: false,
      onDocuments,
    });
    await expectError(evaluating, 'not-finite', /the loss is NaN/);
    const error = await evaluating.catch((cause: unknown) => cause);
    const run = { decoder, checkpoint: createBestCheckpoint(undefined), first, place, stepsPerEpoch: 4 };
    const message = /evaluating after step 8 in epoch 2, documents ("c\d+"(, )?){16}: .* that it began with/;
    expect(restoreAfter(error, run)).toMatchObject({ code: 'not-finite', message: expect.stringMatching(message) });
    expect(await readWeights(namedWeights(decoder.weights))).toEqual(first);
    const other = new Error('other');
    expect(restoreAfter(other, run)).toBe(other);
    decoder.dispose();
  });

  it('is found where an SDM layer meets it first', async () => {
    const run = tune({
      ...OVERFLOW,
      loss: 'sdm',
      evaluationsPerEpoch: 1,
      learningRate: (step) => (step < 4 ? 0.01 : 1e14),
    });
    await expectError(
      run,
      'not-finite',
      /^fineTuneVerified: step 5 in epoch 2, documents .* best evaluation, after step 4,/,
    );
  });
});

async function examplesOf(options: Partial<VerdictExamplesOptions>) {
  const decoder = createToy();
  try {
    return await verdictExamples({ decoder, documents: trainingSet, verdict: VERDICT, ...options });
  } finally {
    decoder.dispose();
  }
}
