import { markdownTable } from '@sdmjs-tooling/app-kit';
import { type EvidenceSet, type Place, valuesOf } from './evidence-set.js';
import { MEASURES, type MeasureName } from './measures.js';
import { type PairedDifference, pairedDifference } from './paired-difference.js';

/** A difference of arms that says something. */
export interface Comparison {
  readonly title: string;
  readonly terms: readonly (readonly [weight: number, arm: string])[];
}

const minus = (title: string, arm: string, other: string): Comparison => ({
  title,
  terms: [
    [1, arm],
    [-1, other],
  ],
});

/** Claims 1, 2 and 5: what the loss does, what hard negatives do, and what they do together. */
export const LOSS_COMPARISONS: readonly Comparison[] = [
  minus('SDM − cross-entropy, static negatives', 'sdm', 'cross-entropy'),
  minus('SDM − cross-entropy, hard negatives', 'sdm-hard', 'cross-entropy-hard'),
  minus('hard − static negatives, SDM', 'sdm-hard', 'sdm'),
  minus('hard − static negatives, cross-entropy', 'cross-entropy-hard', 'cross-entropy'),
  {
    title: 'interaction: what hard negatives add under SDM beyond what they add under cross-entropy',
    terms: [
      [1, 'sdm-hard'],
      [-1, 'sdm'],
      [-1, 'cross-entropy-hard'],
      [1, 'cross-entropy'],
    ],
  },
];

/** The SDM loss against what has its temperature and not its verdicts, all with hard negatives. */
export const CONTROL_COMPARISONS: readonly Comparison[] = [
  minus('SDM − base 2', 'sdm-hard', 'base-2-hard'),
  minus('SDM − its own mean base', 'sdm-hard', 'base-mean-hard'),
  minus('SDM − base 3', 'sdm-hard', 'base-3-hard'),
  minus('SDM − permuted bases', 'sdm-hard', 'permuted-hard'),
  minus('base 3 − base 2', 'base-3-hard', 'base-2-hard'),
  minus('SDM loss of the verdict token − cross-entropy', 'verdict-token-hard', 'cross-entropy-hard'),
];

const COMPARED: readonly MeasureName[] = [
  'admitted',
  'verified',
  'probabilityShare',
  'meanSimilarity',
  'meanProbability',
  'verdictRiskArea',
  'answerRiskArea',
  'exactMatch',
];

export function differenceOf(
  evidence: EvidenceSet,
  { terms }: Comparison,
  measure: MeasureName,
  place: Place,
): PairedDifference | undefined {
  return pairedDifference(terms.map(([weight, arm]) => [weight, valuesOf(evidence, arm, measure, place)] as const));
}

/** One line a comparison; each cell: mean difference, its interval, and in how many seeds it is above and below 0. */
export function comparisonTable(evidence: EvidenceSet, comparisons: readonly Comparison[], place: Place): string[] {
  const rows = comparisons.flatMap((comparison) => {
    const found = COMPARED.map((measure) => differenceOf(evidence, comparison, measure, place));
    if (found.some((difference) => difference === undefined)) return [];
    return [[comparison.title, ...found.map((difference, i) => cell(difference!, MEASURES[COMPARED[i]!].digits))]];
  });
  return markdownTable(['', ...COMPARED.map((measure) => MEASURES[measure].title)], rows);
}

function cell({ mean, lower, upper, positive, negative }: PairedDifference, digits: number): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
  return `${signed(mean)} (${signed(lower)} … ${signed(upper)}) ${positive}↑ ${negative}↓`;
}
