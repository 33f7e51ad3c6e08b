import { createRandom } from '@sdmjs/core';
import type { ContrastiveDocument, Tokenizer } from '@sdmjs/language-model';
import { anotherOrder, type ItemSite } from './items.js';
import { promptTokens, taskTokens, wordIds } from './task-tokens.js';

/** How much more the verdict counts in the loss than another token. */
export const VERDICT_WEIGHT = 4;

/**
 * One document a site: the words in one seeded order for the prompt, in another for the static negative, so that a wrong answer is not simply
 * the order of the prompt. The text before a right answer is in the loss, as in pretraining.
 */
export function contrastiveDocuments(
  sites: readonly ItemSite[],
  options: {
    readonly name: string;
    readonly tokenizer: Tokenizer;
    readonly answerLength: number;
    readonly seed: number;
  },
): ContrastiveDocument[] {
  const { name, tokenizer, answerLength, seed } = options;
  const tokens = taskTokens(tokenizer);
  const random = createRandom(seed);
  return sites.map(({ sentence, end }, i) => {
    const prefix = sentence.slice(0, end - answerLength);
    const answer = sentence.slice(end - answerLength, end);
    const shuffled = anotherOrder(answer, random);
    const completion = (words: readonly string[]) => [...wordIds(tokenizer, words), tokens.end];
    return {
      id: `${name}-${i}`,
      prompt: promptTokens({ prefix, shuffled }, tokenizer, tokens),
      textLength: wordIds(tokenizer, prefix).length,
      positive: completion(answer),
      negative: completion(anotherOrder(answer, random, shuffled)),
    };
  });
}
