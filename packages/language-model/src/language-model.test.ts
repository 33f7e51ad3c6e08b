import { type Matrix, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { GenerationRow } from './generate.js';
import { generateVerified } from './generate-verified.js';
import { answerFeature, type HiddenFeature, hiddenFeatures, verdictFeature } from './hidden-features.js';
import { createLanguageModel, type LanguageModel, representationOf } from './language-model.js';
import { streamVerified } from './stream-verified.js';
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

/** A wrapped model whose estimates say verified, refuted and rejected, in turn, and the features that it was asked about. */
async function createWrapped() {
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
  return {
    wrapped: await wrapLanguageModel({ languageModel, estimator, verdictToken: VERDICT }),
    languageModel,
    seen,
    feature,
  };
}

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
    const { wrapped, seen, languageModel, feature } = await createWrapped();
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

  it('refuses an estimator of another model or of other features, and says how to train one', async () => {
    const [languageModel, other] = await Promise.all([createModel(), createModel(2)]);
    const wrap = async (trainedOn: LanguageModel, feature: HiddenFeature) => {
      const representation = await representationOf(trainedOn, feature);
      const estimator = { model: { representation }, estimateAll: async () => [] };
      const wrapping = wrapLanguageModel({ languageModel: languageModel!, estimator, verdictToken: VERDICT });
      await expect(wrapping).rejects.toSatisfy((error) => SdmError.is(error, 'fingerprint-mismatch'));
      return wrapping.catch((error: Error) => error.message);
    };
    expect(await wrap(other!, verdictFeature(VERDICT))).toMatch(
      /on another model .* train it on this model's features: verdictExamples/,
    );
    expect(await wrap(languageModel!, answerFeature(VERDICT, 2))).toMatch(
      /on other features of this model \(mean over v-2..v-1.* give the feature it was trained on, or train it on this/,
    );
    for (const model of [languageModel, other]) model!.dispose();
  });

  it('refuses an estimator without exemplars of a verdict, and a verdict token that it lacks', async () => {
    const languageModel = await createModel();
    const representation = await representationOf(languageModel, verdictFeature(VERDICT));
    const wrap = (labels: number[], verdictToken = VERDICT) => {
      const model = { representation, support: { labels: Int32Array.from(labels) } };
      return wrapLanguageModel({ languageModel, estimator: { model, estimateAll: async () => [] }, verdictToken });
    };
    await expect(wrap([0, 0])).rejects.toThrow(/no exemplar of class 1 \(right answers\).* examples of both/);
    await expect(wrap([1])).rejects.toSatisfy((error) => SdmError.is(error, 'class-missing'));
    await expect(wrap([0, 1], 22)).rejects.toThrow(/verdictToken in \[0, 22\), got 22/);
    await wrap([0, 1, 0]);
    languageModel.dispose();
  });

  it('refuses prompts that leave no place for the verdict, before it generates', async () => {
    const { wrapped } = await createWrapped();
    const onToken = () => expect.unreachable();
    const request = { maxNewTokens: 3, onToken };
    const isExceeded = (error: unknown) => SdmError.is(error, 'context-exceeded');
    const full = Array<number>(12).fill(1);
    const generating = wrapped.generate({ ...request, prompts: ['a', full] });
    await expect(generating).rejects.toThrow(/prompt 1 has 12 tokens; with <verified> at most 11 fit/);
    await expect(wrapped.generate({ ...request, prompts: ['a '.repeat(13)] })).rejects.toSatisfy(isExceeded);
    const searching = generateVerified({ maxNewTokens: 3, languageModel: wrapped, prompts: [[1], full] });
    await expect(searching).rejects.toThrow(/prompt 1 has 12 tokens/);
    const stream = streamVerified({ maxNewTokens: 3, languageModel: wrapped, prompt: full, beforeVerdict: 'pass' });
    await expect(stream.next()).rejects.toSatisfy(isExceeded);
    const { languageModel } = await createWrapped();
    const plain = languageModel.generate({ ...request, prompts: ['a', [...full, 1]] });
    await expect(plain).rejects.toThrow(/sequence 1 has 13 tokens, the context is 12; shorten it/);
    for (const model of [wrapped, languageModel]) model.dispose();
  });

  it('verifies the answer up to its first <verified>, and one without tokens by its prompt', async () => {
    const { wrapped, seen, languageModel, feature } = await createWrapped();
    const tokens = [3, VERDICT, 4, VERDICT];
    const allowedTokens = ({ index, generated }: GenerationRow) => (index === 0 ? [tokens[generated.length]!] : []);
    const results = await wrapped.generate({ prompts: [[1, 2], [5]], maxNewTokens: 4, allowedTokens });
    expect(results.map((result) => [result.tokens, result.text === '', result.finishReason])).toEqual([
      [tokens, false, 'length'],
      [[], true, 'nothing-allowed'],
    ]);
    const sequences = [
      [1, 2, 3, VERDICT],
      [5, VERDICT],
    ];
    expect(seen).toEqual([await languageModel.features({ sequences, feature })]);
    expect(await wrapped.generate({ prompts: [], maxNewTokens: 4 })).toEqual([]);
    await expect(wrapped.generate({ prompts: [''], maxNewTokens: 4 })).rejects.toThrow(/sequence 0 has no tokens/);
    wrapped.dispose();
  });

  it('stops taking features when asked', async () => {
    const decoder = createTinyDecoder();
    const signal = AbortSignal.abort();
    const run = hiddenFeatures({ decoder, sequences: [[9]], feature: verdictFeature(9), signal });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    decoder.dispose();
  });
});
