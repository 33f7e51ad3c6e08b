import type { GroupAccuracy, SelectiveReport } from '@sdmjs/calibration';
import type { Evaluation } from '@sdmjs/estimator';
import { alphaText, formatTable, share, withInterval } from './table.js';

/** How good the admitted rows are at each target accuracy, and how good all rows are without rejection. */
export function accuracyTable({ noReject, byTargetAccuracy }: Evaluation, classNames: readonly string[]): string {
  const line = (name: string, report: SelectiveReport) => [
    name,
    share(report.admittedShare.estimate),
    withInterval(report.accuracy),
    worstOf(report.byLabel, classNames),
    worstOf(report.byPrediction, classNames),
  ];
  const rows = byTargetAccuracy.map(({ targetAccuracy, report }) => line(`α >= ${alphaText(targetAccuracy)}`, report));
  const headings = ['admitted at', 'share', 'accuracy', 'worst true class', 'worst predicted class'];
  return formatTable(headings, [line('all rows', noReject), ...rows]);
}

function worstOf(groups: readonly GroupAccuracy[], classNames: readonly string[]): string {
  const filled = groups.filter(({ accuracy }) => accuracy !== null);
  const worst = filled.toSorted((a, b) => a.accuracy! - b.accuracy!)[0];
  const empty = groups.length - filled.length;
  if (worst === undefined) return '–';
  return `${classNames[worst.class]} ${withInterval(worst.interval)}${empty > 0 ? `, ${empty} empty` : ''}`;
}
