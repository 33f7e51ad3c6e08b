import { SdmError } from '@sdmjs/core';
import { createHubTokenizer } from './hub-tokenizer.js';
import { restoreWordTokenizer } from './word-tokenizer.js';

/** Text to token ids and back. */
export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  /** Control tokens written in the text, such as `<verified>`, become their ids. Nothing is added. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** The id of exactly this token, if it is in the vocabulary. */
  tokenId(token: string): number | undefined;
  token(id: number): string | undefined;
  /** Whether `id` stands for words that are not in the vocabulary. */
  isUnknown(id: number): boolean;
  /** The contents of `tokenizer.json`. */
  toJSON(): TokenizerFile;
}

/** A parsed `tokenizer.json`. */
export type TokenizerFile = { readonly [field: string]: unknown };

/**
 * A tokenizer from a parsed `tokenizer.json`: word-level files written by this package, and what `@huggingface/tokenizers` reads (BPE, WordPiece,
 * Unigram). Throws `bad-format`.
 */
export function createTokenizer(file: TokenizerFile): Tokenizer {
  const model = file['model'];
  if (typeof model !== 'object' || model === null || !('type' in model)) {
    throw new SdmError('bad-format', 'createTokenizer: wanted a tokenizer.json with a model of a stated type');
  }
  if (model.type === 'WordLevel') return restoreWordTokenizer(file);
  if (HUB_MODELS.includes(String(model.type))) return createHubTokenizer(file);
  throw new SdmError('bad-format', `createTokenizer: wanted WordLevel, ${HUB_MODELS.join(', ')}, got "${model.type}"`);
}

const HUB_MODELS = ['BPE', 'WordPiece', 'Unigram'];

/** The id of a token that must exist. Throws `out-of-range`. */
export function requireTokenId(tokenizer: Tokenizer, token: string): number {
  const id = tokenizer.tokenId(token);
  if (id === undefined) {
    throw new SdmError(
      'out-of-range',
      `requireTokenId: the vocabulary has no token "${token}"; add it as a control token`,
    );
  }
  return id;
}
