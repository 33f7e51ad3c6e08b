import { createRandom, type Random } from '@sdmjs/core';
import { endsClause, isWord, type Sentence } from './corpus/sentences.js';
import type { Located } from './corpus/splits.js';

/** Before a clause or sentence end: the words to put in order, and where they stand. */
export interface ItemSite {
  readonly source: string;
  readonly sentence: Sentence;
  /** Index of the punctuation mark that ends the clause. */
  readonly end: number;
}

/** One task: put the `shuffled` words after `prefix` in the right order, which is `answer`. */
export interface WordOrderItem {
  readonly id: string;
  /** The text that the sentence is from. */
  readonly source: string;
  readonly prefix: readonly string[];
  readonly answer: readonly string[];
  /** Another order of `answer`. */
  readonly shuffled: readonly string[];
}

export interface SiteRules {
  /** How many words are put in order (k). */
  readonly answerLength: number;
  /** Tokens of prefix and answer together, at least and at most. */
  readonly minLength: number;
  readonly maxLength: number;
  /** Words that a model can write; only the prefix may hold others. */
  readonly isKnown: (word: string) => boolean;
}

/** At least so many words stand before the answer. */
export const MIN_PREFIX_WORDS = 3;

/** All places of a sentence that make an item: known, distinct words before a clause end, with a prefix of three words or more. */
export function findSites({ source, sentence }: Located, rules: SiteRules): ItemSite[] {
  const sites: ItemSite[] = [];
  for (let end = rules.minLength; end <= Math.min(rules.maxLength, sentence.length - 1); end++) {
    if (!endsClause(sentence[end]!)) continue;
    const start = end - rules.answerLength;
    const answer = sentence.slice(start, end);
    if (!answer.every((word) => isWord(word) && rules.isKnown(word))) continue;
    if (new Set(answer).size < answer.length) continue;
    if (sentence.slice(0, start).filter(isWord).length < MIN_PREFIX_WORDS) continue;
    sites.push({ source, sentence, end });
  }
  return sites;
}

/** One item of each sentence that has a site, by seeded chance in another order, at most `count`; no prefix and answer occur twice. */
export function drawItems(
  sentences: readonly Located[],
  rules: SiteRules,
  options: { readonly name: string; readonly count: number; readonly seed: number; readonly taken?: Set<string> },
): WordOrderItem[] {
  const { name, count, seed, taken = new Set<string>() } = options;
  const random = createRandom(seed);
  const items: WordOrderItem[] = [];
  for (const index of random.permutation(sentences.length)) {
    if (items.length === count) break;
    const key = sentences[index]!.sentence.join(' ');
    if (taken.has(key)) continue;
    const sites = findSites(sentences[index]!, rules);
    if (sites.length === 0) continue;
    const site = sites[Math.floor(random.nextDouble() * sites.length)]!;
    const text = site.sentence.slice(0, site.end).join(' ');
    if (taken.has(text)) continue;
    taken.add(key).add(text);
    items.push(itemAt(site, { id: `${name}-${items.length}`, answerLength: rules.answerLength, random }));
  }
  return items;
}

/** The item at a site, its words shuffled by chance. */
export function itemAt(
  site: ItemSite,
  options: { readonly id: string; readonly answerLength: number; readonly random: Random },
): WordOrderItem {
  const start = site.end - options.answerLength;
  const answer = site.sentence.slice(start, site.end);
  return {
    id: options.id,
    source: site.source,
    prefix: site.sentence.slice(0, start),
    answer,
    shuffled: anotherOrder(answer, options.random),
  };
}

/** The words in an order that is none of `words` itself and `others`. With three words or more one is left for two others. */
export function anotherOrder<Word extends string | number>(
  words: readonly Word[],
  random: Random,
  ...others: readonly (readonly Word[])[]
): Word[] {
  const refused = new Set([words, ...others].map((order) => order.join(' ')));
  for (;;) {
    const order = Array.from(random.permutation(words.length), (index) => words[index]!);
    if (!refused.has(order.join(' '))) return order;
  }
}

/** Whether the model's words are the answer: exact match, the label of the task. */
export function isExactMatch(item: Pick<WordOrderItem, 'answer'>, words: readonly string[]): boolean {
  return words.length === item.answer.length && words.every((word, index) => word === item.answer[index]);
}
