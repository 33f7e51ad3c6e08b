import type { Signals } from '@sdmjs/activation';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import type { OptimizerState } from './engine.js';
import type { RoundState } from './round-state.js';
import type { SplitMatches } from './score-splits.js';
import type { FinishedRound } from './train-round.js';

/** Everything that `trainModel` needs to go on as if it had not been interrupted: after an epoch, or where one is matched in part. */
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

/** A round after as many epochs as its history has, or while the next one is matched. */
export interface PresentRound extends Pick<RoundState, 'history' | 'best' | 'warmUp'> {
  /** q and d of the training rows, for the next epoch; left out where its steps have used them, which `matching` says. */
  readonly signals?: Signals | undefined;
  readonly matching?: PartlyMatchedEpoch | undefined;
  readonly weights: ExemplarAdaptor;
  readonly optimizer: OptimizerState;
}

/** An epoch whose steps are done, and of whose rows only the first are matched. */
export interface PartlyMatchedEpoch {
  /** 1-based; the history may be empty yet. */
  readonly round: number;
  /** As in its report to come. */
  readonly trainingLoss: number;
  /** What it took so far. */
  readonly seconds: number;
  readonly matches: SplitMatches;
}

/** Which round this is, 1-based. */
export function roundNumberOf({ history, matching }: Pick<PresentRound, 'history' | 'matching'>): number {
  return matching?.round ?? history[0]?.round ?? 0;
}
