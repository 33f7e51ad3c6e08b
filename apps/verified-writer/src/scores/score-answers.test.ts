import { type LanguageModel, trainWordTokenizer } from '@sdmjs/language-model';
import { expect, test } from 'vitest';
import { CONTROL_TOKENS, wordIds } from '../task-tokens.js';
import { permutations, scoreAnswers } from './score-answers.js';

test('all orders come once, the given one first', () => {
  const orders = permutations(['a', 'b', 'c']).map((order) => order.join(''));
  expect(orders).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
});

test('scores are those of the words and <end>, the verdict apart, and the orders are normalised', async () => {
  const texts = ['we shall do good for all'];
  const tokenizer = trainWordTokenizer({ texts, vocabularySize: 40, controlTokens: CONTROL_TOKENS });
  const [answer] = [wordIds(tokenizer, ['good', 'for', 'all'])];
  const isAnswer = (sequence: ArrayLike<number>) => Array.from(sequence).join().includes(answer!.join());
  const languageModel: Pick<LanguageModel, 'tokenizer' | 'score'> = {
    tokenizer,
    // Each token of the answer has probability 1/2, of another order 1/4; Yes has 0.8.
    score: async (sequences) =>
      sequences.map((sequence) => {
        const scores = new Float32Array(sequence.length).fill(Math.log(isAnswer(sequence) ? 0.5 : 0.25));
        scores[sequence.length - 1] = Math.log(0.8);
        return scores;
      }),
  };
  const [scores] = await scoreAnswers(
    languageModel,
    [{ prefix: ['we', 'shall', 'do'], shuffled: ['all', 'for', 'good'] }],
    { answers: [['good', 'for', 'all']], signal: new AbortController().signal },
  );
  // Float32 log-probabilities: relative error about 1e-7.
  expect(scores!.sequenceLogProbability).toBeCloseTo(4 * Math.log(0.5), 5);
  expect(scores!.meanTokenProbability).toBeCloseTo(0.5, 6);
  expect(scores!.yesProbability).toBeCloseTo(0.8, 6);
  expect(scores!.orderProbability).toBeCloseTo(0.5 ** 4 / (0.5 ** 4 + 5 * 0.25 ** 4), 6);
});
