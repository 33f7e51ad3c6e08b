import { expect, test } from 'vitest';
import { constrainToGivenWords } from './constrain-to-given-words.js';

const tokens = { shuffled: 1, context: 2, end: 3, verified: 4, yes: 5, no: 6 };
const allowed = (generated: number[]) =>
  constrainToGivenWords(tokens)({ index: 0, prompt: [1, 30, 10, 20, 2, 50, 60], generated });

test('the given words may come, each once, then <end>, then nothing', () => {
  expect(allowed([])).toEqual([30, 10, 20]);
  expect(allowed([10])).toEqual([30, 20]);
  expect(allowed([10, 30])).toEqual([20]);
  expect(allowed([10, 30, 20])).toEqual([3]);
  expect(allowed([10, 30, 20, 3])).toEqual([]);
});
