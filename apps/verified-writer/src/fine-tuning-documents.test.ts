import { encodeContrastive, REFUTED, trainWordTokenizer, VERIFIED } from '@sdmjs/language-model';
import { expect, test } from 'vitest';
import { contrastiveDocuments, VERDICT_WEIGHT } from './fine-tuning-documents.js';
import { pretrainingSequences } from './pretraining-sequences.js';
import { CONTROL_TOKENS, taskTokens, wordIds } from './task-tokens.js';

const text = 'we shall do for the good of all men';
const tokenizer = trainWordTokenizer({ texts: [text], vocabularySize: 40, controlTokens: CONTROL_TOKENS });
const tokens = taskTokens(tokenizer);
const ids = (words: string) => wordIds(tokenizer, words.split(' '));
const sites = Array.from({ length: 50 }, () => ({ source: 'one', sentence: text.split(' '), end: 6 }));
const documents = contrastiveDocuments(sites, { name: 'a', tokenizer, answerLength: 3, seed: 1 });

test('a document shows the words in one order, asks for that of the text and has a third as its negative', () => {
  for (const { prompt, positive, negative } of documents) {
    expect(positive).toEqual([...ids('for the good'), tokens.end]);
    const shuffled = prompt.slice(1, 4);
    expect(prompt).toEqual([tokens.shuffled, ...shuffled, tokens.context, ...ids('we shall do')]);
    expect([...shuffled].sort()).toEqual(ids('for the good').sort());
    expect(negative.slice(0, 3).sort()).toEqual(ids('for the good').sort());
    const orders = [shuffled, positive.slice(0, 3), negative.slice(0, 3)].map((order) => order.join());
    expect(new Set(orders).size).toBe(3);
  }
  expect(new Set(documents.map(({ id }) => id)).size).toBe(50);
});

test('the text before a right answer is in the loss, the shuffled words and <verified> are not, the verdict counts four times', () => {
  const { prompt, positive, negative, textLength } = documents[0]!;
  const verdict = { opening: tokens.verified, yes: tokens.yes, no: tokens.no };
  const shared = { prompt, textLength: textLength!, verdict, verdictWeight: VERDICT_WEIGHT, openingWeight: 0 };
  const right = encodeContrastive({ ...shared, completion: positive, label: VERIFIED });
  expect(right.weights).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 4]);
  const wrong = encodeContrastive({ ...shared, completion: negative, label: REFUTED });
  expect(wrong.weights).toEqual([...new Array(13).fill(0), 4]);
});

test('pretraining reads whole sentences after <ctx>, cut at the context length', () => {
  const [sequence] = pretrainingSequences([text.split(' ')], tokenizer, 6);
  expect(sequence!.tokens).toEqual([tokens.context, ...ids('we shall do for the')]);
});
