import type { BinomialInterval } from '@sdmjs/calibration';
import { REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import { formatTable } from '@sdmjs-tooling/app-kit';
import type { Measurement, RuleReport } from './measure-rules.js';

/** Every rule in two lines: share and accuracy on each set, and their 95 % intervals below. */
export function resultsTable(reports: readonly RuleReport[]): string {
  const sizes = REPORTED_SETS.map((name) => reports[0]?.sets[name].total ?? 0);
  const titles = REPORTED_SETS.map((name, i) => `${SET_TITLES[name]} (${sizes[i]!.toLocaleString('en')})`);
  const headings = ['', ...titles];
  const rows = reports.flatMap(({ name, sets }) => [
    [name, ...REPORTED_SETS.map((set) => estimates(sets[set]))],
    ['', ...REPORTED_SETS.map((set) => intervals(sets[set]))],
  ]);
  const columns = ['', ...REPORTED_SETS.map(() => 'share      accuracy ')];
  return `${formatTable(headings, [columns, ...rows])}\n* accuracy of a refutation: how many of these answers are wrong`;
}

function estimates({ share, accuracy }: Measurement): string {
  return `${number(share.estimate).padEnd(9)}  ${(accuracy ? number(accuracy.estimate) : '–').padEnd(9)}`;
}

function intervals({ share, accuracy }: Measurement): string {
  return `${interval(share)}  ${accuracy ? interval(accuracy) : ' '.repeat(9)}`;
}

function interval({ lower, upper }: BinomialInterval): string {
  return `${number(lower)}–${number(upper)}`.padEnd(9);
}

/** `.950`, `1.00` */
function number(value: number): string {
  return value >= 0.9995 ? '1.00' : value.toFixed(3).slice(1);
}
