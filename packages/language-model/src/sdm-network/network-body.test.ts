import { rowOf, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createDecoder, type Decoder, restoreDecoder } from '../decoder.js';
import { namedWeights, readWeights } from '../decoder-weights.js';
import { hiddenFeatures } from '../hidden-features.js';
import { createLanguageModel, type LanguageModel, representationOf } from '../language-model.js';
import { describeOnBackends } from '../testing/backends.js';
import { admitted } from '../testing/estimates.js';
import { referenceForward } from '../testing/reference-decoder.js';
import { TINY } from '../testing/tiny.js';
import { trainWordTokenizer } from '../word-tokenizer.js';
import { wrapLanguageModel } from '../wrap-language-model.js';
import { delimitedSequence, delimiterFeature } from './delimiter-feature.js';
import { createSdmNetworkModel } from './network-model.js';

const SIZE = 22;
const WIDTH = TINY.width;
const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: SIZE, controlTokens: ['<end>'] });
const createTiny = (seed = 1, embeddingDeviation = 0.3) =>
  createDecoder({ ...TINY, vocabularySize: SIZE }, { seed, embeddingDeviation });
const PROMPTS = [[3, 4], [7, 8, 9, 1], [5]];
const feature = delimiterFeature(0);

/** Token logits of both bodies after a text, from whole passes in double precision. */
async function jointLogits(bodies: readonly Decoder[], tokens: number[]): Promise<number[]> {
  const passes = await Promise.all(bodies.map((body) => referenceForward(body, tokens)));
  return passes.flatMap(({ tokenLogits }) => tokenLogits.at(-1)!);
}

const likeliest = (joint: number[]) => joint.indexOf(Math.max(...joint)) % SIZE;

function disposeAll(...models: Pick<LanguageModel, 'dispose'>[]): void {
  for (const model of models) model.dispose();
}

describeOnBackends('an SDM network with a trained body', () => {
  it('takes the arg max of both bodies, modulo the vocabulary', async () => {
    const bodies = [createTiny(5, 0.1), createTiny(6, 0.1)] as const;
    const network = await createSdmNetworkModel({ decoder: bodies[0], positive: bodies[1], tokenizer });
    const models = await Promise.all(bodies.map((decoder) => createLanguageModel({ decoder, tokenizer })));
    const firstTokens = async (model: LanguageModel) =>
      (await model.generate({ prompts: PROMPTS, maxNewTokens: 1 })).map(({ tokens }) => tokens[0]);
    const joint = await firstTokens(network);
    expect(joint).toEqual(
      await Promise.all(PROMPTS.map(async (prompt) => likeliest(await jointLogits(bodies, prompt)))),
    );
    for (const model of models) expect(joint).not.toEqual(await firstTokens(model));
    network.dispose();
  });

  it('goes on through a cache of each body as whole passes do, and leaves no tensor behind', async () => {
    const atFirst = tf.memory().numTensors;
    const bodies = [createTiny(1), createTiny(2)] as const;
    const network = await createSdmNetworkModel({ decoder: bodies[0], positive: bodies[1], tokenizer });
    const before = tf.memory().numTensors;
    const results = await network.generate({ prompts: PROMPTS, maxNewTokens: 4, temperature: 2 }); // greedily they repeat themselves
    const scores = await network.score(results.map(({ prompt, tokens }) => [...prompt, ...tokens]));
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, { prompt, tokens, logProbabilities }] of results.entries()) {
      for (const [k, token] of tokens.entries()) {
        const joint = await jointLogits(bodies, [...prompt, ...tokens.slice(0, k)]);
        const total = joint.reduce((sum, z) => sum + Math.exp(z), 0);
        const wanted = Math.log((Math.exp(joint[token]!) + Math.exp(joint[token + SIZE]!)) / total);
        // Float32 through two blocks against doubles.
        expect(logProbabilities[k], `prompt ${i}, token ${k}`).toBeCloseTo(wanted, 4);
        expect(scores[i]![prompt.length + k]).toBeCloseTo(wanted, 4);
      }
    }
    network.dispose();
    expect(tf.memory().numTensors).toBe(atFirst);
  });

  it('has the features of both bodies: means, then single states', async () => {
    const [decoder, positive] = [createTiny(1), createTiny(2)];
    const network = await createSdmNetworkModel({ decoder, positive, tokenizer });
    const sequences = [
      [3, 4, 0],
      [7, 8, 9, 0],
    ];
    const progress: number[] = [];
    const onProgress = ({ completed, total }: { completed: number; total: number }) => progress.push(completed / total);
    const joint = await network.features({ sequences, feature, onProgress });
    const halves = [
      await hiddenFeatures({ decoder, sequences, feature }),
      await hiddenFeatures({ decoder: positive, sequences, feature }),
    ] as const;
    expect([joint.rows, joint.columns]).toEqual([2, 4 * WIDTH]);
    sequences.forEach((_, i) => {
      const part = (k: number) => rowOf(joint, i).subarray(k * WIDTH, (k + 1) * WIDTH);
      expect([...part(0), ...part(2)]).toEqual([...rowOf(halves[0], i)]);
      expect([...part(1), ...part(3)]).toEqual([...rowOf(halves[1], i)]);
    });
    expect(progress).toEqual([0.5, 1]);
    network.dispose();
  });

  it('is verified by an estimator of its own features, and by no other', async () => {
    const network = await createSdmNetworkModel({ decoder: createTiny(1), positive: createTiny(2), tokenizer });
    const other = await createSdmNetworkModel({ decoder: createTiny(1), positive: createTiny(3), tokenizer });
    const single = await createLanguageModel({ decoder: createTiny(1), tokenizer });
    const representation = await representationOf(network, feature);
    const wrap = (languageModel: LanguageModel) =>
      wrapLanguageModel({
        languageModel,
        estimator: { model: { representation }, estimateAll: async () => [admitted(1)] },
        verdictToken: 0,
        feature,
        sequenceOf: (generation) => delimitedSequence(generation, 0),
      });
    const [result] = await (await wrap(network)).generate({ prompts: [[3, 4]], maxNewTokens: 2 });
    expect(result!.verification.verdict).toBe('verified');
    for (const stranger of [other, single]) {
      const run = wrap(stranger);
      await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'fingerprint-mismatch'));
      await expect(run).rejects.toThrow(/train it on this model's features/);
    }
    disposeAll(network, other, single);
  });

  it('refuses a body of another decoder, and weights of another configuration', async () => {
    const [decoder, wider] = [createTiny(), createDecoder({ ...TINY, vocabularySize: SIZE, feedForwardSize: 16 })];
    const run = createSdmNetworkModel({ decoder, positive: wider, tokenizer });
    await expect(run).rejects.toThrow(/feedForwardSize is 12 in the decoder and 16/);
    const weights = await readWeights(namedWeights(wider.weights));
    const before = tf.memory().numTensors;
    expect(() => restoreDecoder(decoder.config, weights)).toThrow(/wanted 96 numbers for layers.0.gate, got 128/);
    weights.get('embedding')![3] = Number.NaN;
    expect(() => restoreDecoder(wider.config, weights)).toThrow(/embedding holds NaN/);
    expect(tf.memory().numTensors).toBe(before);
    disposeAll(decoder, wider);
  });

  it('is told apart by its weights, and restored from them', async () => {
    const network = await createSdmNetworkModel({ decoder: createTiny(1), positive: createTiny(2), tokenizer });
    const second = createTiny(2);
    const positive = restoreDecoder(second.config, await readWeights(namedWeights(second.weights)));
    const copy = await createSdmNetworkModel({ decoder: createTiny(1), positive, tokenizer });
    const turned = await createSdmNetworkModel({ decoder: createTiny(2), positive: createTiny(1), tokenizer });
    expect(copy.fingerprint).toBe(network.fingerprint);
    expect(turned.fingerprint).not.toBe(network.fingerprint);
    disposeAll(network, copy, turned, second);
  });
});
