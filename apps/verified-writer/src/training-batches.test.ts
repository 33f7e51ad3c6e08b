import { trainWordTokenizer } from '@sdmjs/language-model';
import { expect, test } from 'vitest';
import { CONTROL_TOKENS, taskTokens, wordIds } from './task-tokens.js';
import { itemSequence, planFineTuning, pretrainingSequences } from './training-batches.js';

const text = 'we shall do what we can for the good of all men';
const tokenizer = trainWordTokenizer({ texts: [text], vocabularySize: 40, controlTokens: CONTROL_TOKENS });
const tokens = taskTokens(tokenizer);
const ids = (words: string) => wordIds(tokenizer, words.split(' '));
const item = {
  prefix: ids('we shall do'),
  answer: ids('for the good'),
  prompt: [tokens.shuffled, ...ids('good the for'), tokens.context, ...ids('we shall do')],
};

test('a right answer is in the loss with the text before it, the shuffled words and <verified> are not, the verdict counts four times', () => {
  const { tokens: sequence, weights } = itemSequence(item, item.answer, tokens);
  expect(sequence).toEqual([...item.prompt, ...item.answer, tokens.end, tokens.verified, tokens.yes]);
  expect(weights).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 4]);
});

test('of a wrong answer only the verdict is in the loss', () => {
  const { tokens: sequence, weights } = itemSequence(item, ids('the good for'), tokens);
  expect(sequence).toEqual([...item.prompt, ...ids('the good for'), tokens.end, tokens.verified, tokens.no]);
  expect(weights).toEqual([...new Array(13).fill(0), 4]);
});

test('pretraining reads whole sentences after <ctx>, cut at the context length', () => {
  const [sequence] = pretrainingSequences([text.split(' ')], tokenizer, 6);
  expect(sequence!.tokens).toEqual([tokens.context, ...ids('we shall do what we')]);
});

const sites = Array.from({ length: 20 }, () => ({ source: 'one', sentence: text.split(' '), end: 9 }));
const plan = { sites, tokenizer, answerLength: 3, tokensPerBatch: 170, seed: 3, ownAnswersFrom: 2 };

test('half of a batch is right, and the same step gives the same batch', async () => {
  const planned = planFineTuning({ ...plan, answerPrompts: () => Promise.reject(new Error('not yet')) });
  const batch = await planned(1);
  const verdicts = Array.from({ length: batch.rows }, (_, row) => batch.tokens[(row + 1) * batch.columns - 1]);
  expect(batch.rows).toBe(10); // 17 tokens each: 6 of prefix, twice 3 words, 5 control tokens
  expect(verdicts.filter((token) => token === tokens.yes)).toHaveLength(5);
  expect(verdicts.filter((token) => token === tokens.no)).toHaveLength(5);
  const again = planFineTuning({ ...plan, answerPrompts: () => Promise.reject(new Error('not yet')) });
  expect(await again(1)).toEqual(batch);
});

test('later on the negatives are the wrong answers of the model, and another order where it is right', async () => {
  const wrong = ids('good for the');
  const planned = planFineTuning({
    ...plan,
    answerPrompts: async (prompts) => prompts.map((_, i) => (i === 0 ? ids('the good for') : wrong)),
  });
  const { tokens: batch, rows, columns } = await planned(2);
  const answers = Array.from({ length: rows }, (_, row) => [...batch.subarray(row * columns, (row + 1) * columns)]);
  const negatives = answers.filter((row) => row.at(-1) === tokens.no).map((row) => row.slice(-6, -3).join());
  expect(negatives.filter((answer) => answer === wrong.join()).length).toBe(negatives.length - 1);
});
