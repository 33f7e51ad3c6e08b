import { createRandom, SdmError } from '@sdmjs/core';
import type { Tokenizer } from '@sdmjs/language-model';
import { isWord, wordsOf } from './corpus/sentences.js';
import { anotherOrder, MIN_PREFIX_WORDS } from './items.js';

/** What a person asks: words to put in order after a prefix. */
export interface PromptItem {
  readonly prefix: readonly string[];
  readonly shuffled: readonly string[];
  /** The order in which they were typed, when the words were taken from the end of a sentence. */
  readonly wanted?: readonly string[];
}

/**
 * `prefix / c a b`: the words after the slash are to be ordered. Without a slash the last words of the sentence are shuffled, and the sentence
 * is the truth. Throws `out-of-range` for too few, unknown or repeated words and `context-exceeded` for a prompt that leaves no room.
 */
export function parsePrompt(
  text: string,
  limits: { readonly tokenizer: Tokenizer; readonly answerLength: number; readonly contextLength: number },
): PromptItem {
  const { answerLength, contextLength, tokenizer } = limits;
  const [before, after, ...more] = text.split('/');
  if (more.length > 0) throw unusable('wanted one slash at most');
  const words = wordsOf(before ?? '');
  const sentence = words.slice(0, words.findLastIndex(isWord) + 1);
  const typed = after === undefined ? sentence.slice(-answerLength) : wordsOf(after).filter(isWord);
  const prefix = after === undefined ? sentence.slice(0, -answerLength) : words;
  if (typed.length !== answerLength)
    throw unusable(`wanted ${answerLength} words to put in order, got ${typed.length}`);
  if (new Set(typed).size < answerLength) throw unusable(`wanted distinct words, got "${typed.join(' ')}"`);
  const unknown = typed.filter((word) => tokenizer.tokenId(word) === undefined);
  if (unknown.length > 0)
    throw unusable(`the model does not know "${unknown.join('", "')}"; only the prefix may hold such words`);
  if (prefix.filter(isWord).length < MIN_PREFIX_WORDS) {
    throw unusable(`wanted at least ${MIN_PREFIX_WORDS} words before those to put in order`);
  }
  const length = prefix.length + 2 * answerLength + 5;
  if (length > contextLength) {
    throw new SdmError(
      'context-exceeded',
      `parsePrompt: prompt and answer take ${length} tokens, the context is ${contextLength}; leave out ${length - contextLength} words`,
    );
  }
  if (after !== undefined) return { prefix, shuffled: typed };
  return { prefix, shuffled: anotherOrder(typed, createRandom(0)), wanted: typed };
}

function unusable(why: string): SdmError {
  return new SdmError('out-of-range', `parsePrompt: ${why}`);
}
