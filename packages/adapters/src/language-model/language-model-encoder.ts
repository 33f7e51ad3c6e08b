import { SdmError } from '@sdmjs/core';
import type { HiddenFeature, LanguageModel } from '@sdmjs/language-model';
import { encodeInBatches } from '../encode-in-batches.js';
import type { Encoder } from '../encoder.js';
import { fillTemplate, representationOf } from '../representation.js';

export interface LanguageModelEncoderOptions {
  /** Not disposed by the encoder. */
  readonly languageModel: Pick<
    LanguageModel,
    'tokenizer' | 'features' | 'fingerprint' | 'featureFingerprint' | 'config'
  >;
  /** Which hidden states become features. @default wholeTextFeature() */
  readonly feature?: HiddenFeature | undefined;
  /** With `{text}` where the text goes; may write control tokens. */
  readonly template?: string | undefined;
  /** Tokens read of the filled template; the rest is not looked at. @default the context length of the model */
  readonly maxTokens?: number | undefined;
  /** @default 64 */
  readonly batchSize?: number | undefined;
}

const WHERE = 'language model encoder';

/** The mean over all tokens, joined with the state at the last one. */
export function wholeTextFeature(): HiddenFeature {
  return {
    name: 'mean over 0..n-1, state at n-1; n tokens',
    positions: ({ length }) => ({
      meanPositions: Array.from({ length }, (_, i) => i),
      lastPosition: length - 1,
    }),
  };
}

/** Hidden states of a language model of `@sdmjs/language-model` as features. Throws `empty-input` for a text without tokens. */
export async function createLanguageModelEncoder(options: LanguageModelEncoderOptions): Promise<Encoder> {
  const { languageModel, feature = wholeTextFeature(), batchSize = 64 } = options;
  const { tokenizer, config } = languageModel;
  const maxTokens = options.maxTokens ?? config.contextLength;
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1 || maxTokens > config.contextLength) {
    throw new SdmError(
      'out-of-range',
      `${WHERE}: wanted maxTokens from 1 to ${config.contextLength}, got ${maxTokens}`,
    );
  }
  const template = options.template ?? null;
  const fill = fillTemplate(template);
  const batchEncoder = {
    where: WHERE,
    batchSize,
    encodeBatch(texts: readonly string[], signal: AbortSignal | undefined) {
      const sequences = texts.map((text) => tokenizer.encode(fill(text)).slice(0, maxTokens));
      const empty = sequences.findIndex((tokens) => tokens.length === 0);
      if (empty >= 0) throw new SdmError('empty-input', `${WHERE}: "${texts[empty]}" has no tokens; leave it out`);
      return languageModel.features({ sequences, feature, batchSize: texts.length, ...(signal ? { signal } : {}) });
    },
  };
  return {
    batchSize,
    representation: await representationOf({
      provider: '@sdmjs/adapters/language-model',
      model: languageModel.featureFingerprint ?? languageModel.fingerprint,
      revision: null,
      dtype: 'fp32',
      pooling: `${feature.name}; first ${maxTokens} tokens`,
      template,
    }),
    encode: (texts, request) => encodeInBatches(batchEncoder, texts, request),
    dispose() {},
  };
}
