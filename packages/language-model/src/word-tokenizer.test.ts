import { expect, it } from 'vitest';
import { createTokenizer, requireTokenId } from './tokenizer.js';
import { splitWords, trainWordTokenizer } from './word-tokenizer.js';

const TEXTS = ['The cat sat on the mat.', 'The dog sat.', 'A dog, the dog!'];
const tokenizer = trainWordTokenizer({ texts: TEXTS, vocabularySize: 25, controlTokens: ['<end>', '<verified>'] });

it('splits lower-cased words, numbers and marks', () => {
  expect(splitWords('Mr. O’Neil’s well-known 1,000.50 (or 3)…')).toEqual([
    'mr',
    '.',
    "o'neil's",
    'well-known',
    '1,000.50',
    '(',
    'or',
    '3',
    ')',
    '…',
  ]);
});

it('holds control tokens, 17 unknown classes and the most frequent words, ties alphabetically', () => {
  expect(tokenizer.vocabularySize).toBe(25);
  const words = Array.from({ length: 6 }, (_, i) => tokenizer.token(19 + i));
  expect(words).toEqual(['the', 'dog', '.', 'sat', '!', ',']);
});

it('writes known text and control tokens as it reads them', () => {
  const ids = tokenizer.encode('The dog sat.<end><verified>');
  expect(tokenizer.decode(ids)).toBe('the dog sat. <end> <verified>');
  expect(ids.at(-1)).toBe(requireTokenId(tokenizer, '<verified>'));
  expect(tokenizer.decode([])).toBe('');
});

it.each([
  ['walked', '<unk:ed>'],
  ['houses', '<unk:es>'],
  ['1990s', '<unk:num>'],
  ["nation's", "<unk:'s>"],
  ['nation', '<unk:tion>'],
  ['ing', '<unk>'],
  ['ß', '<unk>'],
])('knows %s by its class %s', (word, unknownClass) => {
  const [id] = tokenizer.encode(word);
  expect(tokenizer.token(id!)).toBe(unknownClass);
  expect(tokenizer.isUnknown(id!)).toBe(true);
});

it('comes back from its file', () => {
  const restored = createTokenizer(JSON.parse(JSON.stringify(tokenizer.toJSON())));
  const text = 'The 3 dogs <verified> sat, purring.';
  expect(restored.encode(text)).toEqual(tokenizer.encode(text));
  expect(restored.toJSON()).toEqual(tokenizer.toJSON());
});

it('keeps words made of digits in their order', () => {
  const digits = trainWordTokenizer({ texts: ['7 7 7 dog 3 3'], vocabularySize: 20 });
  const restored = createTokenizer(JSON.parse(JSON.stringify(digits.toJSON())));
  expect(restored.encode('7 3 dog')).toEqual(digits.encode('7 3 dog'));
  expect(digits.token(17)).toBe('7');
});

it('refuses a vocabulary without room and files of others', () => {
  expect(() => trainWordTokenizer({ texts: TEXTS, vocabularySize: 17 })).toThrow(/above 17/);
  expect(() => createTokenizer({ model: { type: 'WordLevel', vocab: { a: 1 } } })).toThrow(/written by this package/);
  expect(() => createTokenizer({})).toThrow(/model of a stated type/);
  expect(() => requireTokenId(tokenizer, '<no>')).toThrow(/no token "<no>"/);
});
