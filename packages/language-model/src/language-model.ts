import { fingerprintOf, type Matrix } from '@sdmjs/core';
import type { Representation } from '@sdmjs/estimator';
import type { DecoderConfig } from './config.js';
import type { Decoder } from './decoder.js';
import { type GeneratedTokens, type GenerateTokensOptions, generateTokens } from './generate.js';
import { type HiddenFeature, hiddenFeatures } from './hidden-features.js';
import { encodeLanguageModel } from './model-files.js';
import { scoreTokens } from './score-tokens.js';
import type { TokenSource } from './token-head.js';
import type { Tokenizer } from './tokenizer.js';

/** Prompts as text or token ids, and how to continue them. */
export interface GenerateRequest extends Omit<GenerateTokensOptions, keyof TokenSource | 'prompts'> {
  readonly prompts: readonly (string | ArrayLike<number>)[];
}

/** What was generated for one prompt, as tokens and text. */
export interface Generation extends GeneratedTokens {
  readonly prompt: readonly number[];
  /** The generated tokens, decoded. */
  readonly text: string;
}

export interface FeatureRequest {
  readonly sequences: readonly ArrayLike<number>[];
  readonly feature: HiddenFeature;
  readonly batchSize?: number;
  readonly onProgress?: (progress: { readonly completed: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** What verification needs of a language model; `wrapLanguageModel` takes and returns it. */
export interface LanguageModel<Result extends Generation = Generation> {
  readonly config: Required<DecoderConfig>;
  readonly tokenizer: Tokenizer;
  /** SHA-256 over configuration, tokenizer and weights, as they were when this object was made. */
  readonly fingerprint: string;
  /** The same over what features depend on, where that is less. @default fingerprint */
  readonly featureFingerprint?: string;
  generate(request: GenerateRequest): Promise<Result[]>;
  /** ln of each token's probability given those before it; see `scoreTokens`. */
  score(sequences: readonly ArrayLike<number>[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Hidden-state features `[sequences, 2 · width]`, twice as many where two bodies differ; see `hiddenFeatures`. */
  features(request: FeatureRequest): Promise<Matrix>;
  /** Frees the weights. */
  dispose(): void;
}

/** A language model over a trained decoder, which it owns from then on; train it no further, or the fingerprint no longer tells the truth. */
export async function createLanguageModel(parts: {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
}): Promise<LanguageModel> {
  const { decoder, tokenizer } = parts;
  const files = await encodeLanguageModel(decoder, tokenizer);
  return {
    config: decoder.config,
    tokenizer,
    fingerprint: await fingerprintOf([files.config, files.tokenizer, files.weights]),
    ...tokenFunctions({ decoder }, tokenizer),
    features: (request) => hiddenFeatures({ ...request, decoder }),
    dispose: () => decoder.dispose(),
  };
}

/** What a language model does with tokens, wherever their logits come from. */
export function tokenFunctions(source: TokenSource, tokenizer: Tokenizer): Pick<LanguageModel, 'generate' | 'score'> {
  return {
    async generate({ prompts, ...request }) {
      const encoded = prompts.map((prompt) =>
        typeof prompt === 'string' ? tokenizer.encode(prompt) : Array.from(prompt),
      );
      const results = await generateTokens({ ...request, ...source, prompts: encoded });
      return results.map((result, i) => ({ ...result, prompt: encoded[i]!, text: tokenizer.decode(result.tokens) }));
    },
    score: (sequences, signal) => scoreTokens({ ...source, sequences, ...(signal ? { signal } : {}) }),
  };
}

/** Says which features these are: give it to `trainModel`, so that an estimator refuses features of another model or another rule. */
export async function representationOf(languageModel: LanguageModel, feature: HiddenFeature): Promise<Representation> {
  const model = languageModel.featureFingerprint ?? languageModel.fingerprint;
  return {
    provider: '@sdmjs/language-model',
    fingerprint: await fingerprintOf([model, feature.name]),
    model,
    revision: null,
    inputTemplate: feature.name,
  };
}
