import type { Signals } from '@sdmjs/activation';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import type { OptimizerState } from './engine.js';
import type { RoundState } from './round-state.js';
import type { FinishedRound } from './train-round.js';

/** Everything that `trainModel` needs to go on after a whole number of epochs, as if it had not been interrupted. */
export interface RunState {
  /** What the run was told, by option, and digests of its examples; see `settingsOf`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Rounds that are over, in order; its history says which round one is. */
  readonly finished: readonly FinishedRound[];
  /** Rounds in progress, in order; several where rounds are trained side by side. */
  readonly present: readonly PresentRound[];
  /** Of all its processes so far. */
  readonly secondsElapsed: number;
}

/** A round after as many epochs as its history has. */
export interface PresentRound extends Pick<RoundState, 'history' | 'best' | 'warmUp'> {
  /** q and d of the training rows, for the next epoch. */
  readonly signals: Signals;
  readonly weights: ExemplarAdaptor;
  readonly optimizer: OptimizerState;
}

/** Which round this is, 1-based. */
export function roundNumberOf({ history }: Pick<RoundState, 'history'>): number {
  return history[0]?.round ?? 0;
}
