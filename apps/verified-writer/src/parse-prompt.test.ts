import { SdmError } from '@sdmjs/core';
import { trainWordTokenizer } from '@sdmjs/language-model';
import { expect, test } from 'vitest';
import { parsePrompt } from './parse-prompt.js';
import { CONTROL_TOKENS } from './task-tokens.js';

const texts = ['we shall do what we can for the good of all'];
const tokenizer = trainWordTokenizer({ texts, vocabularySize: 40, controlTokens: CONTROL_TOKENS });
const parse = (text: string, contextLength = 30) => parsePrompt(text, { tokenizer, answerLength: 3, contextLength });
const codeOf = (text: string, contextLength?: number) => {
  try {
    parse(text, contextLength);
  } catch (error) {
    return SdmError.is(error) ? error.code : error;
  }
};

test('the last words of a sentence are shuffled, and their order is the truth', () => {
  const { prefix, shuffled, wanted } = parse('We shall do what we can for the good.');
  expect(prefix.join(' ')).toBe('we shall do what we can');
  expect(wanted).toEqual(['for', 'the', 'good']);
  expect(shuffled).not.toEqual(wanted);
  expect([...shuffled].sort()).toEqual(['for', 'good', 'the']);
});

test('words after a slash are taken as they are, and nobody knows their order', () => {
  expect(parse('We shall do / good for the')).toEqual({
    prefix: ['we', 'shall', 'do'],
    shuffled: ['good', 'for', 'the'],
  });
});

test.each([
  ['too few words to order', 'we shall do / good for'],
  ['repeated words', 'we shall do / good good for'],
  ['unknown words', 'we shall do / good for zebras'],
  ['too short a prefix', 'we shall / good for the'],
  ['nothing', ''],
  ['two slashes', 'we shall do / good / for'],
])('%s are refused', (_, text) => {
  expect(codeOf(text)).toBe('out-of-range');
});

test('a prompt that leaves no room for the answer is refused with the words to leave out', () => {
  const text = `we shall do ${'what '.repeat(20)}/ for the good`;
  expect(codeOf(text)).toBe('context-exceeded');
  expect(() => parse(text)).toThrow('leave out 4 words');
});
