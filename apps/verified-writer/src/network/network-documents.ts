import { createRandom } from '@sdmjs/core';
import { type NetworkDocument, REFUTED, type Tokenizer, VERIFIED } from '@sdmjs/language-model';
import { anotherOrder, type WordOrderItem } from '../items.js';
import { promptTokens, taskTokens, wordIds } from '../task-tokens.js';

/** A force-decoded answer to an item, by a fair coin the right one or another order. */
export interface ForcedDocument extends NetworkDocument {
  /** Prefix and words, to show. */
  readonly text: string;
  /** What stands in the text, ended like the completion. */
  readonly wanted: readonly number[];
}

/** One document an item; each prompt occurs once only, with its right or with a wrong completion (arXiv 2502.20167 §4.3). */
export function forcedDocuments(
  items: readonly WordOrderItem[],
  options: { readonly tokenizer: Tokenizer; readonly seed: number },
): ForcedDocument[] {
  const { tokenizer, seed } = options;
  const tokens = taskTokens(tokenizer);
  const random = createRandom(seed);
  return items.map((item) => {
    const label = random.nextDouble() < 0.5 ? REFUTED : VERIFIED;
    const words = label === VERIFIED ? item.answer : anotherOrder(item.answer, random, item.shuffled);
    return {
      id: item.id,
      label,
      prompt: promptTokens(item, tokenizer, tokens),
      completion: [...wordIds(tokenizer, words), tokens.end, tokens.verified],
      wanted: [...wordIds(tokenizer, item.answer), tokens.end, tokens.verified],
      text: `${item.prefix.join(' ')} / ${words.join(' ')}`,
    };
  });
}
