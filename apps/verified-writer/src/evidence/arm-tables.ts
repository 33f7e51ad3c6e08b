import { REFUTED, VERIFIED } from '@sdmjs/language-model';
import { REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import { markdownTable } from '@sdmjs-tooling/app-kit';
import type { EvidenceSet, Place } from './evidence-set.js';
import { fitsOf, valuesOf } from './evidence-set.js';
import type { FeatureRule } from './fit-layers.js';
import { MEASURES, type MeasureName } from './measures.js';
import type { ClassCounts } from './measure-verdicts.js';
import { meanOf } from './paired-difference.js';

const COLUMNS: readonly MeasureName[] = [
  'exactMatch',
  'admitted',
  'verified',
  'probabilityShare',
  'meanSimilarity',
  'meanProbability',
  'verdictAccuracy',
  'verdictRiskArea',
  'answerRiskArea',
];

/** Every arm on one set: means over seeds and fits, with the lowest and highest seed. */
export function armTable(evidence: EvidenceSet, place: Place): string[] {
  const header = [
    'arm',
    'seeds',
    'fits with a region',
    ...COLUMNS.map((name) => MEASURES[name].title),
    'verdicts right in the region',
  ];
  const rows = [...evidence.arms.keys()].map((arm) => {
    const layers = [...fitsOf(evidence, arm, place.features).values()].flat();
    return [
      `\`${arm}\``,
      String(evidence.arms.get(arm)!.length),
      `${layers.filter(({ region }) => region !== null).length} of ${layers.length}`,
      ...COLUMNS.map((measure) => meanWithRange(evidence, arm, measure, place)),
      pooledShare(layers.map(({ sets }) => sets[place.set].region)),
    ];
  });
  return markdownTable(header, rows);
}

/** Admitted share on every set beside what is right there, and how right the admitted verdicts are. */
export function shiftTable(evidence: EvidenceSet, features: FeatureRule): string[] {
  const header = ['arm', ...REPORTED_SETS.map((set) => `${SET_TITLES[set]}: exact match / admitted / right`)];
  const rows = [...evidence.arms.keys()].map((arm) => {
    const layers = [...fitsOf(evidence, arm, features).values()].flat();
    const cells = REPORTED_SETS.map((set) => {
      const [exactMatch, admitted] = (['exactMatch', 'admitted'] as const).map((measure) =>
        meanOf([...valuesOf(evidence, arm, measure, { features, set }).values()].map(meanOf)),
      );
      return `${exactMatch!.toFixed(3)} / ${admitted!.toFixed(3)} / ${pooledShare(layers.map(({ sets }) => sets[set].region))}`;
    });
    return [`\`${arm}\``, ...cells];
  });
  return markdownTable(header, rows);
}

/** By true class and by prediction: accuracy among the admitted, and how many they are, over all seeds and fits. */
export function classTable(evidence: EvidenceSet, { features, set }: Place): string[] {
  const header = ['arm', 'true class refuted', 'true class verified', 'predicted refuted', 'predicted verified'];
  const rows = [...evidence.arms.keys()].map((arm) => {
    const regions = [...fitsOf(evidence, arm, features).values()].flat().map(({ sets }) => sets[set].region);
    const cell = (group: 'byLabel' | 'byPrediction', label: number) =>
      pooledShare(regions.map((region) => region[group][label]!));
    return [
      `\`${arm}\``,
      cell('byLabel', REFUTED),
      cell('byLabel', VERIFIED),
      cell('byPrediction', REFUTED),
      cell('byPrediction', VERIFIED),
    ];
  });
  return markdownTable(header, rows);
}

/** `.987 (120 of 3,000)`: what is right of the admitted, and how many of how many those are. */
export function pooledShare(counts: readonly ClassCounts[]): string {
  const sum = (of: (one: ClassCounts) => number) => counts.reduce((total, one) => total + of(one), 0);
  const admitted = sum((one) => one.admitted);
  const of = `${admitted.toLocaleString('en')} of ${sum((one) => one.rowCount).toLocaleString('en')}`;
  return admitted === 0 ? `– (${of})` : `${(sum((one) => one.right) / admitted).toFixed(3)} (${of})`;
}

function meanWithRange(evidence: EvidenceSet, arm: string, name: MeasureName, place: Place): string {
  const means = [...valuesOf(evidence, arm, name, place).values()].map(meanOf);
  const number = (value: number) => value.toFixed(MEASURES[name].digits);
  return `${number(meanOf(means))} (${number(Math.min(...means))}–${number(Math.max(...means))})`;
}
