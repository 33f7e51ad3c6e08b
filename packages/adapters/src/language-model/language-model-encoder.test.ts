import { SdmError } from '@sdmjs/core';
import {
  createDecoder,
  createLanguageModel,
  type DecoderConfig,
  hiddenFeatures,
  trainWordTokenizer,
  verdictFeature,
} from '@sdmjs/language-model';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { testEncoder } from '../testing/index.js';
import { createLanguageModelEncoder, wholeTextFeature } from './index.js';

tf.enableProdMode(); // no advice on the console
beforeAll(async () => {
  await tf.setBackend('cpu');
});

const tokenizer = trainWordTokenizer({
  texts: ['the meeting is moved to thursday a longer sentence win free holiday and words'],
  vocabularySize: 32,
  controlTokens: ['<verified>'],
});
const config: DecoderConfig = {
  vocabularySize: 32,
  contextLength: 32,
  width: 8,
  layerCount: 1,
  headCount: 2,
  feedForwardSize: 12,
};
const decoder = createDecoder(config, { seed: 1, embeddingDeviation: 0.3 });
const languageModel = createLanguageModel({ decoder, tokenizer });

testEncoder('hidden states', async () => createLanguageModelEncoder({ languageModel: await languageModel }));

it('gives the hidden states of the filled template, by the rule of the feature', async () => {
  const feature = verdictFeature(tokenizer.tokenId('<verified>')!);
  const template = 'the {text} <verified>';
  const encoder = await createLanguageModelEncoder({ languageModel: await languageModel, feature, template });
  const sequences = [tokenizer.encode('the meeting <verified>')];
  const wanted = await hiddenFeatures({ decoder, sequences, feature });
  expect((await encoder.encode(['meeting'])).data).toEqual(wanted.data);
  const plain = await createLanguageModelEncoder({ languageModel: await languageModel });
  const short = await createLanguageModelEncoder({ languageModel: await languageModel, maxTokens: 2 });
  const fingerprints = [encoder, plain, short].map(({ representation }) => representation.fingerprint);
  expect(new Set(fingerprints).size).toBe(3);
  expect((await short.encode(['the meeting is moved'])).data).toEqual((await plain.encode(['the meeting'])).data);
});

it('reads no more than the context, and needs at least one token', async () => {
  const encoder = await createLanguageModelEncoder({ languageModel: await languageModel, feature: wholeTextFeature() });
  expect((await encoder.encode(['the meeting '.repeat(100)])).columns).toBe(16);
  const codeOf = (error: unknown) => (SdmError.is(error) ? error.code : error);
  const wordless = { ...(await languageModel), tokenizer: { ...tokenizer, encode: () => [] } };
  const silent = await createLanguageModelEncoder({ languageModel: wordless });
  expect(await silent.encode(['a']).catch(codeOf)).toBe('empty-input');
  const tooLong = createLanguageModelEncoder({ languageModel: await languageModel, maxTokens: 33 });
  expect(await tooLong.catch(codeOf)).toBe('out-of-range');
});
