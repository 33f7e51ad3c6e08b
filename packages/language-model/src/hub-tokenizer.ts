import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { SdmError } from '@sdmjs/core';
import type { Tokenizer, TokenizerFile } from './tokenizer.js';

/** A byte-pair, WordPiece or Unigram tokenizer by `@huggingface/tokenizers`. Throws `bad-format` for what that library refuses. */
export function createHubTokenizer(file: TokenizerFile): Tokenizer {
  const tokenizer = parse(file);
  const ids = [...tokenizer.get_vocab(true).values()];
  const unknown = unknownToken(file);
  return {
    vocabularySize: ids.reduce((largest, id) => Math.max(largest, id), -1) + 1,
    encode: (text) => [...tokenizer.encode(text, { add_special_tokens: false }).ids],
    decode: (tokens) => (tokens.length === 0 ? '' : tokenizer.decode([...tokens])),
    tokenId: (token) => tokenizer.token_to_id(token),
    token: (id) => tokenizer.id_to_token(id),
    isUnknown: (id) => unknown !== undefined && tokenizer.token_to_id(unknown) === id,
    toJSON: () => file,
  };
}

function parse(file: TokenizerFile): HubTokenizer {
  try {
    return new HubTokenizer(file, {});
  } catch (cause) {
    throw new SdmError('bad-format', `createHubTokenizer: tokenizer.json was refused: ${cause}`, { cause });
  }
}

function unknownToken({ model }: TokenizerFile): string | undefined {
  if (typeof model !== 'object' || model === null || !('unk_token' in model)) return undefined;
  return typeof model.unk_token === 'string' ? model.unk_token : undefined;
}
