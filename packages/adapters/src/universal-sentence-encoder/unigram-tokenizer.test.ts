import { expect, it } from 'vitest';
import { createUnigramTokenizer, type Vocabulary } from './unigram-tokenizer.js';

const MARKS: Vocabulary = ['�', '<s>', '</s>', 'x1', 'x2', 'x3'].map((mark) => [mark, 0]);
const VOCABULARY: Vocabulary = [
  ...MARKS,
  ['▁', -2], // 6
  ['▁a', -1],
  ['▁ç', -2],
  ['a', -3],
  ['.', -1], // 10
  ['▁I', -1],
  ['▁like', -1],
  ['▁it', -1],
  ['I', -2],
  ['like', -2], // 15
  ['it', -2],
  ...Array.from('likeit', (letter): [string, number] => [letter, -3]),
];
const { encode } = createUnigramTokenizer(VOCABULARY);

// The ids that the tokenizer of tfjs-models' universal-sentence-encoder is tested with.
it.each([
  ['Ilikeit.', [11, 15, 16, 10]],
  ['I like it.', [11, 12, 13, 10]],
  ['a😹😹', [7, 0]],
])('segments %j as tfjs-models does', (text, ids) => expect(encode(text, 99)).toEqual(ids));

it('normalises to NFKC', () => expect(encode('c\u0327a', 99)).toEqual(encode('ça', 99)));

it('takes white space of any kind and length for one space, and none at the ends', () =>
  expect(encode(' I\n\tlike  it. ', 99)).toEqual([11, 12, 13, 10]));

it('takes the likeliest segmentation, not the longest first piece', () => {
  const { encode } = createUnigramTokenizer([
    ...MARKS,
    ['▁', -1],
    ['▁ab', -5],
    ['a', -1],
    ['b', -9],
    ['bc', -1],
    ['c', -9],
  ]);
  expect(encode('abc', 99)).toEqual([6, 8, 10]); // ▁ a bc: −3, where ▁ab c is −14
});

it('knows no pieces of marks, and has no tokens for nothing', () => {
  expect(encode('<s>', 99)).toEqual([6, 0]);
  expect(encode('  ', 99)).toEqual([]);
});

it('reads a long text only as far as the tokens asked for', () => {
  const long = 'I like it. '.repeat(100_000);
  expect(encode(long, 6)).toEqual([11, 12, 13, 10, 11, 12]);
});

it('refuses a vocabulary without pieces', () => expect(() => createUnigramTokenizer(MARKS)).toThrow(/pieces/));
