import { VERIFIED } from '@sdmjs/language-model';
import { REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import type { NetworkEvidence, NetworkFit } from '../network/network-evidence.js';
import { markdownTable } from '@sdmjs-tooling/app-kit';
import { pooledShare } from './arm-tables.js';
import { FEATURE_RULES } from './fit-layers.js';
import { meanOf, pairedDifference } from './paired-difference.js';

/** Claims 7 and 8: answers before and after the head was trained, and verdicts on force-decoded answers. */
export function networkSection(networks: readonly NetworkEvidence[]): string[] {
  return FEATURE_RULES.flatMap((features) => {
    const bySeed = new Map(
      networks.map(({ seed, networks: fits }) => [seed, fits.filter((fit) => fit.features === features)]),
    );
    const fits = [...bySeed.values()].flat();
    if (fits.length === 0) return [];
    return [
      `#### Features of the ${features}`,
      '',
      `A region at the target accuracy in ${fits.filter(({ region }) => region !== null).length} of ${fits.length} fits; an epoch after the first was kept in ${fits.filter(({ bestEpoch }) => bestEpoch > 0).length} of them.`,
      '',
      ...generationTable(bySeed),
      '',
      ...forcedTable(fits),
      '',
    ];
  });
}

function generationTable(bySeed: ReadonlyMap<number, readonly NetworkFit[]>): string[] {
  const header = ['generated answers', ...REPORTED_SETS.map((set) => SET_TITLES[set])];
  const valuesOf = (
    when: 'before' | 'after',
    set: (typeof REPORTED_SETS)[number],
    of: (fit: NetworkFit['after']['test']) => number,
  ) => new Map([...bySeed].map(([seed, fits]) => [seed, fits.map((fit) => of(fit[when][set]))]));
  const row = (title: string, of: (measures: NetworkFit['after']['test']) => number) => [
    title,
    ...REPORTED_SETS.map((set) => {
      const [before, after] = [valuesOf('before', set, of), valuesOf('after', set, of)];
      const difference = pairedDifference([
        [1, after],
        [-1, before],
      ])!;
      const mean = (values: ReadonlyMap<number, readonly number[]>) =>
        meanOf([...values.values()].map(meanOf)).toFixed(3);
      const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
      return `${mean(before)} → ${mean(after)}: ${signed(difference.mean)} (${signed(difference.lower)} … ${signed(difference.upper)}) ${difference.positive}↑ ${difference.negative}↓`;
    }),
  ];
  const fits = [...bySeed.values()].flat();
  const verifiedRow = (when: 'before' | 'after') => [
    `right of those admitted as verified, ${when}`,
    ...REPORTED_SETS.map((set) => pooledShare(fits.map((fit) => fit[when][set].region.byPrediction[VERIFIED]!))),
  ];
  return markdownTable(header, [
    row('exact match', ({ correctCount, region }) => correctCount / region.rowCount),
    row('admitted as verified', ({ region }) => region.byPrediction[VERIFIED]!.admitted / region.rowCount),
    row('mean q', ({ meanSimilarity }) => meanSimilarity),
    row('mean SDM at ŷ', ({ meanProbability }) => meanProbability),
    verifiedRow('before'),
    verifiedRow('after'),
  ]);
}

function forcedTable(fits: readonly NetworkFit[]): string[] {
  const header = ['force-decoded answers: verdicts right (admitted)', ...REPORTED_SETS.map((set) => SET_TITLES[set])];
  const row = (
    title: string,
    counts: (measures: NetworkFit['forced']['test']) => Parameters<typeof pooledShare>[0][number],
  ) => [title, ...REPORTED_SETS.map((set) => pooledShare(fits.map(({ forced }) => counts(forced[set]))))];
  return markdownTable(header, [
    row('no rejection', ({ noReject }) => noReject),
    row('in the region', ({ region }) => region),
    row('in the region, true class refuted', ({ region }) => region.byLabel[0]!),
    row('in the region, true class verified', ({ region }) => region.byLabel[VERIFIED]!),
  ]);
}
