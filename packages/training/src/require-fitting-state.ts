import { SdmError } from '@sdmjs/core';
import type { ExamplePool } from './check-examples.js';
import type { RoundPlan } from './plan-rounds.js';
import { type PresentRound, roundNumberOf, type RunState } from './run-state.js';
import type { TrainingSettings } from './settings.js';

interface Run {
  readonly settings: TrainingSettings;
  readonly pool: ExamplePool;
  readonly plans: readonly RoundPlan[];
}

/** Throws `bad-format` for what is no state at all, before its parts are looked at. */
export function requireState({ settings, finished, present, secondsElapsed }: RunState): void {
  const areRounds =
    Array.isArray(finished) &&
    Array.isArray(present) &&
    [...finished, ...present].every((round) => Array.isArray(round?.history));
  const hasSettings = typeof settings === 'object' && settings !== null;
  if (areRounds && hasSettings && typeof secondsElapsed === 'number') return;
  throw new SdmError('bad-format', 'trainModel: resume: this is no state of a run; take one of onCheckpoint');
}

/** Throws `bad-format` for a state, of a run with the same settings, that is not one: of other rounds, epochs, sizes or rows. */
export function requireFittingState(state: RunState, run: Run): void {
  if (!isSound(state, run)) {
    const epochs = state.present.map(({ history }) => history.length);
    throw new SdmError(
      'bad-format',
      `trainModel: the state to resume does not fit its own settings (${state.finished.length} finished rounds, others after ${epochs.join(', ') || 'no'} epochs); take a state of onCheckpoint`,
    );
  }
  for (const round of state.present) requireFittingRows(round, run);
}

function isSound({ finished, present }: RunState, run: Run): boolean {
  const numbers = [...finished, ...present].map(roundNumberOf);
  const isRound = (round: number) => round >= 1 && round <= run.settings.rounds;
  if (present.length === 0 || !numbers.every(isRound) || new Set(numbers).size < numbers.length) return false;
  return present.every((round) => isAtAnEpoch(round, run) && isOfSizes(round, run));
}

/** Between two epochs, or within one that is matched. */
function isAtAnEpoch({ history, signals, matching }: PresentRound, { settings }: Run): boolean {
  const { epochs, crossEntropyEpochs } = settings;
  if (!matching) return signals !== undefined && history.length <= epochs;
  const isWarmUp = crossEntropyEpochs > 1 && history.length < crossEntropyEpochs;
  return !isWarmUp && history.length < epochs;
}

function isOfSizes({ weights, optimizer }: PresentRound, { settings, pool }: Run): boolean {
  return [weights, optimizer.means, optimizer.squares].every(
    ({ projectionWeight, classifierWeight }) =>
      projectionWeight.columns === pool.examples.features.columns &&
      projectionWeight.rows === settings.representationSize &&
      classifierWeight.columns === settings.representationSize &&
      classifierWeight.rows === pool.classCount,
  );
}

/** Matched are training rows from the first on, and calibration rows when all of those are. */
function requireFittingRows(present: PresentRound, { settings, plans }: Run): void {
  const { signals, matching } = present;
  const round = roundNumberOf(present);
  const { rows } = plans[round - 1]!;
  const [trainingRows, calibrationRows] = [rows.training.length, rows.calibration.length];
  const here = `round ${round} has ${trainingRows} training and ${calibrationRows} calibration rows`;
  if (signals) {
    const counts = [signals.similarities.length, signals.distanceQuantiles.length];
    if (counts.some((count) => count !== trainingRows)) refuse(`${counts.join(' q and ')} d of training rows`, here);
  }
  if (!matching) return;
  const { training, calibration } = matching.matches;
  const counts = [training, calibration].map(({ similarities }) => similarities.length) as [number, number];
  const isInOrder = counts[1] === 0 || counts[0] === trainingRows;
  if (!isInOrder || counts[0] > trainingRows || counts[1] > calibrationRows) {
    refuse(`${counts[0]} training and ${counts[1]} calibration rows matched`, here);
  }
  for (const { similarities, nearestDistances } of [training, calibration]) {
    if (similarities.length !== nearestDistances.length)
      refuse(`${similarities.length} q and ${nearestDistances.length} distances`, here);
    const beyond = similarities.find((q) => q > settings.maxSimilarity);
    if (beyond !== undefined) refuse(`a q of ${beyond}`, `it is at most ${settings.maxSimilarity}`);
  }
}

function refuse(found: string, here: string): never {
  throw new SdmError(
    'bad-format',
    `trainModel: the state to resume has ${found}, but ${here}; take a state of onCheckpoint`,
  );
}
