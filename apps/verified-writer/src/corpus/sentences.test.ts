import { expect, test } from 'vitest';
import { splitSentences, wordsOf } from './sentences.js';

test('sentences end at full stops, not at abbreviations and initials', () => {
  expect(splitSentences('Mr. Speaker, Gen. U. S. Grant came. He stayed! Why? No.')).toEqual([
    'Mr. Speaker, Gen. U. S. Grant came.',
    'He stayed!',
    'Why?',
    'No.',
  ]);
});

test('remarks in brackets are left out', () => {
  expect(splitSentences('I am here to break the tie. [Laughter] Thank you (all).')).toEqual([
    'I am here to break the tie.',
    'Thank you .',
  ]);
});

test('words are lower-cased; punctuation and numbers are tokens; quotation marks are dropped', () => {
  expect(wordsOf('“The people’s well-being,” he said—in 1,200 acts; $3.50.')).toEqual(
    "the people's well-being , he said — in 1,200 acts ; $ 3.50 .".split(' '),
  );
});

test('no words make an empty sentence', () => {
  expect(wordsOf('***')).toEqual([]);
});
