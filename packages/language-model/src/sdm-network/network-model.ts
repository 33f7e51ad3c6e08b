import { fingerprintOf, type Matrix, requireFinite, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Decoder } from '../decoder.js';
import { createLanguageModel, type LanguageModel, tokenFunctions } from '../language-model.js';
import type { Tokenizer } from '../tokenizer.js';
import { jointFeatures } from './joint-features.js';
import { jointHead } from './joint-head.js';

/** The model as it was, and what was trained of it. */
export type SdmNetworkParts = {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
} & (
  | {
      /** `[vocabularySize, width]`, as `trainSdmNetwork` returns it. */
      readonly head: Matrix;
    }
  | {
      /** A body of its own: `restoreDecoder` of what `trainFullSdmNetwork` returns. */
      readonly positive: Decoder;
    }
);

/**
 * An SDM network as a language model: tokens are chosen from the joint distribution of the decoder and the trained head or body, modulo the
 * vocabulary. With a trained head its features are those of the decoder; with a trained body they are those of both, `[sequences, 4 · width]`. It
 * owns its decoders from then on. Throws `shape-mismatch` or `not-finite`.
 */
export async function createSdmNetworkModel(parts: SdmNetworkParts): Promise<LanguageModel> {
  return 'head' in parts ? networkOfHead(parts) : networkOfBody(parts);
}

async function networkOfHead(parts: Extract<SdmNetworkParts, { head: Matrix }>): Promise<LanguageModel> {
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
  return {
    ...reference,
    fingerprint: await fingerprintOf([reference.fingerprint, bytesOf(head)]),
    featureFingerprint: reference.featureFingerprint ?? reference.fingerprint,
    ...tokenFunctions({ decoder, head: jointHead(decoder, positive) }, tokenizer),
    dispose() {
      positive.dispose();
      reference.dispose();
    },
  };
}

async function networkOfBody(parts: Extract<SdmNetworkParts, { positive: Decoder }>): Promise<LanguageModel> {
  const { decoder, positive, tokenizer } = parts;
  requireSameConfig(decoder, positive);
  const bodies = [decoder, positive];
  const models = await Promise.all(bodies.map((body) => createLanguageModel({ decoder: body, tokenizer })));
  return {
    config: decoder.config,
    tokenizer,
    fingerprint: await fingerprintOf(models.map(({ fingerprint }) => fingerprint)),
    ...tokenFunctions({ decoder, positive }, tokenizer),
    features: (request) => jointFeatures({ decoder, positive }, request),
    dispose() {
      for (const body of new Set(bodies)) body.dispose();
    },
  };
}

function requireSameConfig({ config }: Decoder, positive: Decoder): void {
  const names = Object.keys(config) as (keyof Decoder['config'])[];
  const name = names.find((key) => config[key] !== positive.config[key]);
  if (!name) return;
  throw new SdmError(
    'shape-mismatch',
    `createSdmNetworkModel: ${name} is ${config[name]} in the decoder and ${positive.config[name]} in the positive body; it belongs to another decoder`,
  );
}

function bytesOf({ data }: Matrix): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
