import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { secondsSince } from './round-state.js';
import { roundNumberOf, type RunState } from './run-state.js';
import type { TrainingSettings } from './settings.js';
import type { MatchingEpoch } from './train-round.js';

/** Milliseconds between two events within an epoch, at least. */
const MATCHING_INTERVAL = 1000;

/** Turns reports into events with the time passed and the time left, which is the mean epoch so far times the epochs to come; a resumed run counts what it took before. */
export function createProgress(
  settings: TrainingSettings,
  onProgress: ((event: TrainingEvent) => void) | undefined,
  resume?: RunState | undefined,
) {
  const startedAt = performance.now();
  const secondsBefore = resume?.secondsElapsed ?? 0;
  const total = settings.rounds * settings.epochs;
  const epochsOf = new Map([...(resume?.finished ?? []), ...(resume?.present ?? [])].map(countEpochs));
  let toldAt = startedAt;
  return {
    secondsElapsed: () => secondsBefore + secondsSince(startedAt),
    onMatching(matching: MatchingEpoch): void {
      if (performance.now() - toldAt < MATCHING_INTERVAL) return;
      toldAt = performance.now();
      onProgress?.({ kind: 'matching', ...matching });
    },
    onReport(report: EpochReport): void {
      const { round, epoch } = report;
      epochsOf.set(round, Math.max(epochsOf.get(round) ?? 0, epoch));
      const completedEpochCount = [...epochsOf.values()].reduce((sum, count) => sum + count, 0);
      const secondsElapsed = secondsBefore + secondsSince(startedAt);
      const secondsLeft = (secondsElapsed / completedEpochCount) * (total - completedEpochCount);
      onProgress?.({ kind: 'epoch', report, completedEpochCount, secondsElapsed, secondsLeft });
    },
  };
}

function countEpochs(round: Parameters<typeof roundNumberOf>[0]): [round: number, epochCount: number] {
  return [roundNumberOf(round), round.history.length];
}
