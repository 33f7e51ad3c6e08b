import { type Matrix, requireFinite, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Decoder } from '../decoder.js';
import { fingerprintOf } from '../fingerprint.js';
import { generateTokens } from '../generate.js';
import { createLanguageModel, type LanguageModel } from '../language-model.js';
import { scoreTokens } from '../score-tokens.js';
import type { Tokenizer } from '../tokenizer.js';
import { jointHead } from './joint-head.js';

/**
 * An SDM network as a language model: tokens are chosen from the joint distribution of the decoder's own head and the trained one, modulo the
 * vocabulary. Its features are those of the decoder, so an estimator trained on them fits. It owns the decoder from then on.
 * @param parts.head `[vocabularySize, width]`, as `trainSdmNetwork` returns it. Throws `shape-mismatch` or `not-finite`.
 */
export async function createSdmNetworkModel(parts: {
  readonly decoder: Decoder;
  readonly head: Matrix;
  readonly tokenizer: Tokenizer;
}): Promise<LanguageModel> {
  const { decoder, head, tokenizer } = parts;
  const { vocabularySize, width } = decoder.config;
  if (head.rows !== vocabularySize || head.columns !== width) {
    throw new SdmError(
      'shape-mismatch',
      `createSdmNetworkModel: wanted a head [${vocabularySize}, ${width}], got [${head.rows}, ${head.columns}]; it belongs to another decoder`,
    );
  }
  requireFinite(head, 'createSdmNetworkModel: head');
  const reference = await createLanguageModel({ decoder, tokenizer });
  const positive = tf.tidy(() => tf.tensor2d(head.data.slice(), [vocabularySize, width]));
  const joint = jointHead(decoder, positive);
  return {
    ...reference,
    fingerprint: await fingerprintOf([reference.fingerprint, bytesOf(head)]),
    featureFingerprint: reference.featureFingerprint ?? reference.fingerprint,
    async generate({ prompts, ...request }) {
      const encoded = prompts.map((prompt) =>
        typeof prompt === 'string' ? tokenizer.encode(prompt) : Array.from(prompt),
      );
      const results = await generateTokens({ ...request, decoder, head: joint, prompts: encoded });
      return results.map((result, i) => ({ ...result, prompt: encoded[i]!, text: tokenizer.decode(result.tokens) }));
    },
    score: (sequences, signal) => scoreTokens({ decoder, head: joint, sequences, ...(signal ? { signal } : {}) }),
    dispose() {
      positive.dispose();
      reference.dispose();
    },
  };
}

function bytesOf({ data }: Matrix): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
