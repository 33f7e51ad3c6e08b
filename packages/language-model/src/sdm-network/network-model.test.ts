import { createMatrix, createRandom, type Matrix, rowOf, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createDecoder, type Decoder } from '../decoder.js';
import { createLanguageModel, representationOf } from '../language-model.js';
import { describeOnBackends } from '../testing/backends.js';
import { admitted } from '../testing/estimates.js';
import { referenceForward } from '../testing/reference-decoder.js';
import { TINY } from '../testing/tiny.js';
import { trainWordTokenizer } from '../word-tokenizer.js';
import { wrapLanguageModel } from '../wrap-language-model.js';
import { completionStates } from './completion-states.js';
import { delimitedSequence, delimiterFeature } from './delimiter-feature.js';
import { headGradient, headLogits, startHeadTraining } from './head-training.js';
import { referenceHead } from './joint-head.js';
import { networkLoss, sideBySide } from './network-loss.js';
import { createSdmNetworkModel } from './network-model.js';

const SIZE = 22;
const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: SIZE, controlTokens: ['<end>'] });
const createTiny = () => createDecoder({ ...TINY, vocabularySize: SIZE }, { seed: 1, embeddingDeviation: 0.3 });
const PROMPTS = [[3, 4], [7, 8, 9, 1], [5]];

/** The decoder's own head, shifted by chance. */
async function shiftedHead(decoder: Decoder, deviation: number): Promise<Matrix> {
  const random = createRandom(4);
  const head = await referenceHead(decoder);
  return { ...head, data: head.data.map((value) => value + deviation * random.normal()) };
}

describeOnBackends('an SDM network', () => {
  it.each([
    ['head', async (decoder: Decoder) => ({ decoder, tokenizer, head: await referenceHead(decoder) })],
    ['body', async (decoder: Decoder) => ({ decoder, tokenizer, positive: createTiny() })],
  ])('before training its %s answers and scores as the decoder does', async (_, partsOf) => {
    const reference = await createLanguageModel({ decoder: createTiny(), tokenizer });
    const network = await createSdmNetworkModel(await partsOf(createTiny()));
    const request = { prompts: PROMPTS, maxNewTokens: 4 };
    const [wanted, got] = [await reference.generate(request), await network.generate(request)];
    expect(got.map(({ tokens }) => tokens)).toEqual(wanted.map(({ tokens }) => tokens));
    const scores = [await reference.score(PROMPTS), await network.score(PROMPTS)];
    // Float32: a sum of two halves instead of one probability, logs of order 3.
    got.forEach(({ logProbabilities }, i) => {
      logProbabilities.forEach((value, k) => expect(value).toBeCloseTo(wanted[i]!.logProbabilities[k]!, 4));
      scores[1]![i]!.forEach((value, k) => expect(value).toBeCloseTo(scores[0]![i]![k]!, 4));
    });
    for (const model of [reference, network]) model.dispose();
  });

  it('takes the arg max of the joint vocabulary, modulo the vocabulary', async () => {
    const decoder = createTiny();
    const head = await shiftedHead(decoder, 0.5);
    const before = tf.memory().numTensors;
    const network = await createSdmNetworkModel({ decoder, head, tokenizer });
    const results = await network.generate({ prompts: PROMPTS, maxNewTokens: 1 });
    for (const [i, prompt] of PROMPTS.entries()) {
      const { hidden, tokenLogits } = await referenceForward(decoder, prompt);
      const positive = Array.from({ length: SIZE }, (_, token) =>
        rowOf(head, token).reduce((sum, w, k) => sum + w * hidden.at(-1)![k]! * decoder.config.logitScale, 0),
      );
      const joint = [...tokenLogits.at(-1)!, ...positive];
      const token = joint.indexOf(Math.max(...joint)) % SIZE;
      expect(results[i]!.tokens).toEqual([token]);
      const total = joint.reduce((sum, z) => sum + Math.exp(z), 0);
      const probability = (Math.exp(joint[token]!) + Math.exp(joint[token + SIZE]!)) / total;
      // Float32 through two blocks against doubles.
      expect(results[i]!.logProbabilities[0]).toBeCloseTo(Math.log(probability), 4);
    }
    const [constrained] = await network.generate({ prompts: [[3]], maxNewTokens: 3, allowedTokens: () => [6, 2] });
    expect(constrained!.tokens.every((token) => token === 6 || token === 2)).toBe(true);
    const strange = network.generate({ prompts: [[3]], maxNewTokens: 1, allowedTokens: () => [SIZE] });
    await expect(strange).rejects.toSatisfy((error) => SdmError.is(error, 'not-finite'));
    const sampled = await network.generate({ prompts: PROMPTS, maxNewTokens: 3, temperature: 1 });
    expect(sampled.every(({ tokens }) => tokens.every((token) => token < SIZE))).toBe(true);
    expect(tf.memory().numTensors).toBe(before + 1); // the head
    network.dispose();
  });

  it('has its own fingerprint and the features of its decoder', async () => {
    const reference = await createLanguageModel({ decoder: createTiny(), tokenizer });
    const decoder = createTiny();
    const network = await createSdmNetworkModel({ decoder, head: await shiftedHead(decoder, 0.5), tokenizer });
    const feature = delimiterFeature(0);
    expect(network.fingerprint).not.toBe(reference.fingerprint);
    const representation = await representationOf(network, feature);
    expect(representation).toEqual(await representationOf(reference, feature));
    const wrapped = await wrapLanguageModel({
      languageModel: network,
      estimator: { model: { representation }, estimateAll: async () => [admitted(1)] },
      verdictToken: 0,
      feature,
      sequenceOf: (generation) => delimitedSequence(generation, 0),
    });
    const [result] = await wrapped.generate({ prompts: [[3, 4]], maxNewTokens: 2 });
    expect(result!.verification.verdict).toBe('verified');
    for (const model of [reference, network]) model.dispose();
  });

  it('refuses a head of another decoder', async () => {
    const decoder = createTiny();
    const run = createSdmNetworkModel({ decoder, head: createMatrix(SIZE, 3), tokenizer });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'shape-mismatch'));
    decoder.dispose();
  });

  it('caches the states that predict each completion token, the first included', async () => {
    const decoder = createTiny();
    const documents = [
      { prompt: [1, 2, 3], completion: [4, 5] },
      { prompt: [6], completion: [7, 8, 9] },
    ];
    const before = tf.memory().numTensors;
    const cached = await completionStates({ decoder, documents, batchSize: 1 });
    expect(tf.memory().numTensors).toBe(before);
    expect([...cached.targets]).toEqual([4, 5, 7, 8, 9]);
    expect([...cached.documents]).toEqual([0, 0, 1, 1, 1]);
    const wanted: number[][] = [];
    for (const { prompt, completion } of documents) {
      const { hidden } = await referenceForward(decoder, [...prompt, ...completion]);
      wanted.push(...hidden.slice(prompt.length - 1, -1));
    }
    // Float32 through two blocks against doubles; states of order 1.
    wanted.flat().forEach((value, k) => expect(cached.states.data[k]).toBeCloseTo(value, 4));
    decoder.dispose();
  });

  it('has the gradient of finite differences by the head', async () => {
    const decoder = createTiny();
    const documents = [{ prompt: [1, 2, 3], completion: [4, 5, 6] }];
    const { states, targets } = await completionStates({ decoder, documents });
    const signals = { similarities: [4, 4, 4], distanceQuantiles: [0.9, 0.9, 0.9] };
    const matrix = await shiftedHead(decoder, 0.5);
    const lossAt = async (head: Matrix) => {
      const training = startHeadTraining(head);
      const { reference, positive } = await headLogits(decoder, training, states);
      training.variable.dispose();
      return networkLoss({ reference, negative: reference, positive }, { targets, signals });
    };
    const before = tf.memory().numTensors;
    const gradient = await headGradient(decoder, states, (await lossAt(matrix)).gradient);
    const step = 1 / 16;
    for (const at of [4 * 8, 4 * 8 + 3, 5 * 8 + 1, 6 * 8 + 7, 9 * 8]) {
      const shifted = async (by: number) =>
        (await lossAt({ ...matrix, data: matrix.data.map((w, k) => (k === at ? w + by : w)) })).loss;
      const difference = ((await shifted(step)) - (await shifted(-step))) / (2 * step);
      // The third derivative times step², and float32 rounding over twice the step.
      expect(gradient[at]).toBeCloseTo(difference, 2);
    }
    expect(tf.memory().numTensors).toBe(before);
    decoder.dispose();
  });
});

it('takes features up to the token before the last delimiter, or of the prompt alone', () => {
  const feature = delimiterFeature(9);
  const answered = delimitedSequence({ prompt: [9, 1], tokens: [2, 3, 9] }, 9);
  expect(answered).toEqual([9, 1, 2, 3, 9]);
  expect(feature.positions(answered)).toEqual({ meanPositions: [0, 1, 2, 3], lastPosition: 3 });
  const unanswered = delimitedSequence({ prompt: [4, 1], tokens: [2, 3] }, 9);
  expect(unanswered).toEqual([4, 1, 9]);
  expect(feature.positions(unanswered)).toEqual({ meanPositions: [0, 1], lastPosition: 1 });
});

it('puts the halves of the joint vocabulary side by side', () => {
  const half = (values: number[]) => createMatrix(2, 2, Float32Array.from(values));
  expect([...sideBySide(half([1, 2, 3, 4]), half([5, 6, 7, 8])).data]).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
});
