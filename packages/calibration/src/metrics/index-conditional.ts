import type { SelectiveReport } from './selective-report.js';

/** Whether accuracy among the admitted reaches the target in every group, by prediction and by true class; a group without admitted rows counts as reaching it. */
export function isIndexConditional(report: SelectiveReport, targetAccuracy: number): boolean {
  return [...report.byPrediction, ...report.byLabel].every(
    ({ accuracy }) => accuracy === null || accuracy >= targetAccuracy,
  );
}
