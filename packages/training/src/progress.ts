import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { secondsSince } from './round-state.js';
import type { TrainingSettings } from './settings.js';

/** Turns reports into events with the time passed and the time left, which is the mean epoch so far times the epochs to come. */
export function createProgress(settings: TrainingSettings, onProgress: ((event: TrainingEvent) => void) | undefined) {
  const startedAt = performance.now();
  const total = settings.rounds * settings.epochs;
  let completed = 0;
  return {
    secondsElapsed: () => secondsSince(startedAt),
    onReport(report: EpochReport): void {
      completed = Math.max(completed, (report.round - 1) * settings.epochs + report.epoch);
      const secondsElapsed = secondsSince(startedAt);
      const secondsLeft = (secondsElapsed / completed) * (total - completed);
      onProgress?.({ kind: 'epoch', report, secondsElapsed, secondsLeft });
    },
  };
}
