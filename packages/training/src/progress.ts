import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { secondsSince } from './round-state.js';
import type { TrainingSettings } from './settings.js';
import type { MatchingEpoch } from './train-round.js';

/** Milliseconds between two events within an epoch, at least. */
const MATCHING_INTERVAL = 1000;

/** Turns reports into events with the time passed and the time left, which is the mean epoch so far times the epochs to come; a resumed run counts what it took before. */
export function createProgress(
  settings: TrainingSettings,
  onProgress: ((event: TrainingEvent) => void) | undefined,
  secondsBefore = 0,
) {
  const startedAt = performance.now();
  const total = settings.rounds * settings.epochs;
  let completed = 0;
  let toldAt = startedAt;
  return {
    secondsElapsed: () => secondsBefore + secondsSince(startedAt),
    onMatching(matching: MatchingEpoch): void {
      if (performance.now() - toldAt < MATCHING_INTERVAL) return;
      toldAt = performance.now();
      onProgress?.({ kind: 'matching', ...matching });
    },
    onReport(report: EpochReport): void {
      completed = Math.max(completed, (report.round - 1) * settings.epochs + report.epoch);
      const secondsElapsed = secondsBefore + secondsSince(startedAt);
      const secondsLeft = (secondsElapsed / completed) * (total - completed);
      onProgress?.({ kind: 'epoch', report, secondsElapsed, secondsLeft });
    },
  };
}
