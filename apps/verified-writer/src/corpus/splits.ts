import { createRandom, SdmError } from '@sdmjs/core';
import type { Sentence } from './sentences.js';
import type { SourceText } from './source-texts.js';

/** Sentences with the text they come from. */
export interface Located {
  readonly source: string;
  readonly sentence: Sentence;
}

/** Shares of all sentences that each part takes, whole texts at a time; the rest trains the language model. */
export interface SplitShares {
  readonly support: number;
  readonly calibration: number;
  readonly test: number;
  readonly selection: number;
}

/** Whole texts in five parts that share no sentence. */
export interface Splits {
  /** Pretraining and fine-tuning of the language model. */
  readonly training: readonly Located[];
  /** D_tr: trains only the SDM layer. */
  readonly support: readonly Located[];
  /** D_ca: only calibrates it. */
  readonly calibration: readonly Located[];
  readonly test: readonly Located[];
  /** Chooses the checkpoint of the language model. */
  readonly selection: readonly Located[];
}

/** Deals whole texts to five parts by chance. A sentence that occurs in several texts stays where it occurs first. */
export function splitBySource(texts: readonly SourceText[], shares: SplitShares, seed: number): Splits {
  const unique = withoutRepeats(texts);
  const total = unique.reduce((sum, text) => sum + text.sentences.length, 0);
  const order = Array.from(createRandom(seed).permutation(unique.length), (i) => unique[i]!);
  const take = (share: number): Located[] => {
    const taken: Located[] = [];
    while (taken.length < share * total) {
      const text = order.shift();
      if (text === undefined)
        throw new SdmError('out-of-range', 'splitBySource: the shares add up to more than all texts');
      taken.push(...located(text));
    }
    return taken;
  };
  const support = take(shares.support);
  const calibration = take(shares.calibration);
  const test = take(shares.test);
  const selection = take(shares.selection);
  return { training: order.flatMap(located), support, calibration, test, selection };
}

/** All sentences of the texts, those already in `seen` and repeats left out. */
export function locatedSentences(texts: readonly SourceText[], seen = new Set<string>()): Located[] {
  return withoutRepeats(texts, seen).flatMap(located);
}

function located(text: SourceText): Located[] {
  return text.sentences.map((sentence) => ({ source: text.id, sentence }));
}

function withoutRepeats(texts: readonly SourceText[], seen = new Set<string>()): SourceText[] {
  return texts.map(({ id, sentences }) => ({
    id,
    sentences: sentences.filter((sentence) => {
      const key = sentence.join(' ');
      if (sentence.length < 4 || seen.has(key)) return false;
      seen.add(key);
      return true;
    }),
  }));
}
