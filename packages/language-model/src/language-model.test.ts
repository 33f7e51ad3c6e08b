import { type Matrix, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { hiddenFeatures, verdictFeature } from './hidden-features.js';
import { createLanguageModel, representationOf } from './language-model.js';
import { describeOnBackends } from './testing/backends.js';
import { admitted, rejected } from './testing/estimates.js';
import { createTinyDecoder, TINY } from './testing/tiny.js';
import { trainWordTokenizer } from './word-tokenizer.js';
import { createDecoder } from './decoder.js';
import { wrapLanguageModel } from './wrap-language-model.js';

const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: 22, controlTokens: ['<verified>'] });
const VERDICT = tokenizer.tokenId('<verified>')!;
const createModel = (seed = 1) =>
  createLanguageModel({ decoder: createDecoder({ ...TINY, vocabularySize: 22 }, { seed }), tokenizer });

describeOnBackends('a language model', () => {
  it('continues texts and token ids alike', async () => {
    const model = await createModel();
    const [fromText, fromIds] = await model.generate({ prompts: ['a b', tokenizer.encode('a b')], maxNewTokens: 2 });
    const { logProbabilities, ...rest } = fromText!;
    expect(fromIds).toMatchObject(rest);
    // Native TensorFlow may round a row otherwise at another place of the batch: float32 logits below 1.
    logProbabilities.forEach((value, i) => expect(value).toBeCloseTo(fromIds!.logProbabilities[i]!, 6));
    expect(fromText!.text).toBe(tokenizer.decode(fromText!.tokens));
    expect((await model.score([[1, 2, 3]]))[0]).toHaveLength(3);
    model.dispose();
  });

  it('has a fingerprint of its weights, tokenizer and feature rule', async () => {
    const [a, same, other] = await Promise.all([createModel(), createModel(), createModel(2)]);
    expect(a!.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(same!.fingerprint).toBe(a!.fingerprint);
    expect(other!.fingerprint).not.toBe(a!.fingerprint);
    const one = await representationOf(a!, verdictFeature(VERDICT));
    const two = await representationOf(a!, verdictFeature(VERDICT + 1));
    expect(one.fingerprint).not.toBe(two.fingerprint);
    for (const model of [a, same, other]) model!.dispose();
  });

  it('carries a verification with every generation once wrapped', async () => {
    const languageModel = await createModel();
    const feature = verdictFeature(VERDICT);
    const seen: Matrix[] = [];
    const estimator = {
      model: { representation: await representationOf(languageModel, feature) },
      estimateAll: async (features: Matrix) => {
        seen.push(features);
        return [admitted(1), admitted(0), rejected];
      },
    };
    const wrapped = await wrapLanguageModel({ languageModel, estimator, verdictToken: VERDICT });
    const before = tf.memory().numTensors;
    const results = await wrapped.generate({ prompts: ['a', 'b c', 'd'], maxNewTokens: 20 });
    expect(tf.memory().numTensors).toBe(before);
    expect(results.map(({ verification }) => verification.verdict)).toEqual(['verified', 'refuted', 'rejected']);
    const sequences = results.map(({ prompt, tokens }) =>
      tokens.includes(VERDICT) ? [...prompt, ...tokens] : [...prompt, ...tokens].slice(0, 11).concat(VERDICT),
    );
    expect(seen).toEqual([await languageModel.features({ sequences, feature })]);
    wrapped.dispose();
  });

  it('refuses an estimator of other features', async () => {
    const [languageModel, other] = await Promise.all([createModel(), createModel(2)]);
    const representation = await representationOf(other!, verdictFeature(VERDICT));
    const estimator = { model: { representation }, estimateAll: async () => [] };
    const wrapping = wrapLanguageModel({ languageModel: languageModel!, estimator, verdictToken: VERDICT });
    await expect(wrapping).rejects.toSatisfy((error) => SdmError.is(error, 'fingerprint-mismatch'));
    for (const model of [languageModel, other]) model!.dispose();
  });

  it('stops taking features when asked', async () => {
    const decoder = createTinyDecoder();
    const signal = AbortSignal.abort();
    const run = hiddenFeatures({ decoder, sequences: [[9]], feature: verdictFeature(9), signal });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    decoder.dispose();
  });
});
