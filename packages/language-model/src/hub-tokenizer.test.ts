import { expect, it } from 'vitest';
import { createTokenizer } from './tokenizer.js';

// A byte-level BPE vocabulary small enough to check by hand: l+o, lo+w, Ġ+low.
const FILE = {
  version: '1.0',
  added_tokens: [
    {
      id: 9,
      content: '<verified>',
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: { l: 0, o: 1, w: 2, e: 3, r: 4, Ġ: 5, lo: 6, low: 7, Ġlow: 8 },
    merges: ['l o', 'lo w', 'Ġ low'],
    unk_token: null,
  },
};

it('merges byte pairs and keeps control tokens whole', () => {
  const tokenizer = createTokenizer(FILE);
  const ids = tokenizer.encode('low lower<verified>');
  expect(ids).toEqual([7, 8, 3, 4, 9]);
  expect(tokenizer.decode(ids.slice(0, -1))).toBe('low lower');
  expect(tokenizer.decode([])).toBe('');
  expect(tokenizer.vocabularySize).toBe(10);
  expect(tokenizer.tokenId('<verified>')).toBe(9);
  expect(tokenizer.tokenId('none')).toBeUndefined();
  expect(tokenizer.isUnknown(3)).toBe(false);
  expect(createTokenizer(tokenizer.toJSON()).encode('low')).toEqual([7]);
});

it('refuses a model of an unknown type and a broken one', () => {
  expect(() => createTokenizer({ ...FILE, model: { type: 'Nothing', vocab: {} } })).toThrow(/got "Nothing"/);
  expect(() => createTokenizer({ model: { type: 'BPE' } })).toThrow(/was refused/);
});
