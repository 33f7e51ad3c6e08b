import { binomialInterval } from '@sdmjs/calibration';
import { formatTable, type TableRow } from '@sdmjs-tooling/app-kit';
import { REPORTED_SETS, SET_TITLES } from '../mails/deal-sets.js';
import { CLASS_NAMES } from '../mails/read-mails.js';
import type { RuleName, RuleReport, Tally } from '../measure.js';
import type { RunResults } from './results.js';

/** The columns after the first: all mails, then by prediction, then by true class. */
export const GROUP_TITLES = [
  'all',
  ...CLASS_NAMES.map((name) => `predicted ${name}`),
  ...CLASS_NAMES.map((name) => `true ${name}`),
];

/** In the order of `GROUP_TITLES`. */
export function groupsOf({ all, byPrediction, byLabel }: RuleReport): Tally[] {
  return [all, ...byPrediction, ...byLabel];
}

export function ruleTitle(rule: RuleName, targetAccuracy: number): string {
  const alpha = formatAlpha(targetAccuracy);
  return { 'no-reject': 'no-reject', softmax: `softmax ≥ ${alpha}`, sdm: `SDM ≥ ${alpha}`, region: 'SDM region' }[rule];
}

/** The one table of a run: four rules on every set, accuracy and share with their intervals underneath. */
export function resultsTable({ sets, counts, targetAccuracy }: RunResults): string {
  const headings = ['accuracy / share', ...GROUP_TITLES];
  const rows = REPORTED_SETS.flatMap((name): TableRow[] => [
    [`${SET_TITLES[name]} (${counts[name].toLocaleString('en')})`],
    ...sets[name].flatMap((report): TableRow[] => {
      const cells = groupsOf(report).map(cellOf);
      return [
        [`  ${ruleTitle(report.rule, targetAccuracy)}`, ...cells.map(([estimate]) => estimate)],
        ['', ...cells.map(([, interval]) => interval)],
      ];
    }),
  ]);
  return formatTable(headings, rows);
}

/** Accuracy among the admitted and the share of them, then the exact 95 % intervals of both. */
function cellOf({ total, admitted, right }: Tally): [estimate: string, interval: string] {
  if (total === 0) return ['–', ''];
  const share = binomialInterval(admitted, total);
  const accuracy = right === null || admitted === 0 ? undefined : binomialInterval(right, admitted);
  const between = (interval?: { lower: number; upper: number }) =>
    interval ? `${formatShare(interval.lower)}–${formatShare(interval.upper)}` : '–';
  return [
    `${accuracy ? formatShare(accuracy.estimate) : '–'} / ${formatShare(share.estimate)}`,
    `${between(accuracy)} / ${between(share)}`,
  ];
}

/** `.953`, `1.00` */
export function formatShare(value: number): string {
  return value >= 0.9995 ? '1.00' : value.toFixed(3).slice(1);
}

/** `.95` */
export function formatAlpha(targetAccuracy: number): string {
  return String(targetAccuracy).replace(/^0/, '');
}
