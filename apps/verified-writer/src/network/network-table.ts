import { VERIFIED } from '@sdmjs/language-model';
import { REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import { type VerdictMeasures } from '../evidence/measure-verdicts.js';
import { formatTable } from '@sdmjs-tooling/app-kit';
import type { NetworkFit } from './network-evidence.js';

/** Two lines a fit: exact match of all answers, then share and accuracy of those admitted as verified, on each set. */
export function networkTable(fits: readonly NetworkFit[]): string {
  const headings = ['features, fit', '', ...REPORTED_SETS.map((name) => SET_TITLES[name])];
  const columns = ['', '', ...REPORTED_SETS.map(() => 'right  verified  right')];
  const rows = fits.flatMap(({ features, fit, before, after }) => [
    [`${features}, ${fit}`, 'before', ...REPORTED_SETS.map((name) => cell(before[name]))],
    ['', 'after', ...REPORTED_SETS.map((name) => cell(after[name]))],
  ]);
  return formatTable(headings, [columns, ...rows]);
}

function cell({ correctCount, region }: VerdictMeasures): string {
  const { rowCount, byPrediction } = region;
  const { admitted, right } = byPrediction[VERIFIED]!;
  const share = (count: number, of: number) => (of === 0 ? '–' : (count / of).toFixed(3));
  return `${share(correctCount, rowCount)}  ${share(admitted, rowCount).padStart(8)}  ${share(right, admitted).padStart(5)}`;
}
