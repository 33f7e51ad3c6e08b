import { requireTokenId, type Tokenizer } from '@sdmjs/language-model';
import type { WordOrderItem } from './items.js';

/** What the task adds to the vocabulary. The first fills up batches. */
export const CONTROL_TOKENS = ['<pad>', '<shuf>', '<ctx>', '<end>', '<verified>', 'Yes', 'No'] as const;

/** The ids of the control tokens. */
export interface TaskTokens {
  /** Before the shuffled words. */
  readonly shuffled: number;
  /** Before the running text. */
  readonly context: number;
  /** After the answer. */
  readonly end: number;
  /** After `<end>`; the verdict follows it. */
  readonly verified: number;
  readonly yes: number;
  readonly no: number;
}

/** The control tokens of a tokenizer of this app. Throws `out-of-range` for another one. */
export function taskTokens(tokenizer: Tokenizer): TaskTokens {
  const id = (token: (typeof CONTROL_TOKENS)[number]) => requireTokenId(tokenizer, token);
  return {
    shuffled: id('<shuf>'),
    context: id('<ctx>'),
    end: id('<end>'),
    verified: id('<verified>'),
    yes: id('Yes'),
    no: id('No'),
  };
}

/** The ids of words; unknown ones get the class of their suffix. */
export function wordIds(tokenizer: Tokenizer, words: readonly string[]): number[] {
  return tokenizer.encode(words.join(' '));
}

/** `<shuf> c a b <ctx> prefix…`: the shuffled words come first, so that the rest reads like the text of pretraining. */
export function promptTokens(
  item: Pick<WordOrderItem, 'prefix' | 'shuffled'>,
  tokenizer: Tokenizer,
  tokens: TaskTokens,
): number[] {
  return [tokens.shuffled, ...wordIds(tokenizer, item.shuffled), tokens.context, ...wordIds(tokenizer, item.prefix)];
}
