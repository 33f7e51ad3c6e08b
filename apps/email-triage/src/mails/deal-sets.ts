import { createRandom, type Random } from '@sdmjs/core';
import { shuffleWords } from './far-texts.js';
import { CLASS_NAMES, type Item, type LabeledItem, type Mails } from './read-mails.js';

/** All texts there are. */
export interface Sources extends Mails {
  readonly brown: readonly Item[];
}

/** How many mails to take: so many in D_tr and in D_ca each and the other sets in proportion, or all there are. */
export type MailCount = number | 'all';

/** What is reported on, in the order of the table. */
export const REPORTED_SETS = ['test', 'hardHam', 'brown', 'shuffled'] as const;
export type ReportedSet = (typeof REPORTED_SETS)[number];

export const SET_TITLES: Readonly<Record<ReportedSet | 'support' | 'calibration', string>> = {
  support: 'D_tr',
  calibration: 'D_ca',
  test: 'test',
  hardHam: 'hard ham',
  brown: 'Brown sentences',
  shuffled: 'shuffled mails',
};

export interface Sets {
  readonly support: readonly LabeledItem[];
  readonly calibration: readonly LabeledItem[];
  readonly test: readonly LabeledItem[];
  /** The shifted set. */
  readonly hardHam: readonly LabeledItem[];
  /** Far: no mails at all. */
  readonly brown: readonly Item[];
  /** Far: mails of the test set with their words in any order. */
  readonly shuffled: readonly LabeledItem[];
}

/** Of all easy mails, for D_tr, D_ca and test. */
const SHARES = [0.4, 0.4, 0.2] as const;
/** Of the count of D_tr. */
const TEST_SHARE = 5 / 8;
const HARD_SHARE = 1 / 4;
const FAR_SHARE = 3 / 16;
const FAR_COUNT_OF_ALL = 250;

/** Deals the mails to the sets by the seed, each class in its share of the whole; no mail is in two of D_tr, D_ca and test. */
export function dealSets({ easy, hardHam, brown }: Sources, mailCount: MailCount, seed: number): Sets {
  const random = createRandom(seed);
  const dealt = CLASS_NAMES.map((_, label) => {
    const own = shuffle(
      easy.filter((mail) => mail.label === label),
      random,
    );
    return cut(own, countsOf(mailCount, own.length / easy.length, own.length));
  });
  const [support, calibration, test] = [0, 1, 2].map((set) => dealt.flatMap((parts) => parts[set]!));
  const take = (share: number, all: number) => (mailCount === 'all' ? all : Math.round(mailCount * share));
  const farCount = take(FAR_SHARE, FAR_COUNT_OF_ALL);
  return {
    support: support!,
    calibration: calibration!,
    test: test!,
    hardHam: shuffle(hardHam, random).slice(0, take(HARD_SHARE, hardHam.length)),
    brown: shuffle(brown, random).slice(0, farCount),
    shuffled: shuffleWords(shuffle(test!, random).slice(0, farCount), random),
  };
}

/** Of one class, which makes up `share` of all. Rounds down where all are taken, so that there are enough. */
function countsOf(mailCount: MailCount, share: number, available: number): number[] {
  if (mailCount === 'all') {
    const [first, second] = SHARES.map((part) => Math.floor(part * available));
    return [first!, second!, available - first! - second!];
  }
  return [1, 1, TEST_SHARE].map((part) => Math.round(part * mailCount * share));
}

function cut<Value>(values: readonly Value[], counts: readonly number[]): Value[][] {
  let start = 0;
  return counts.map((count) => {
    start += count;
    return values.slice(start - count, start);
  });
}

function shuffle<Value>(values: readonly Value[], random: Random): Value[] {
  return Array.from(random.permutation(values.length), (index) => values[index]!);
}
