import { SdmError } from '@sdmjs/core';
import type { FitWeightsOptions } from './fit-quantile-weights.js';
import { median } from '../metrics/median.js';
import { fitRound, type IndexConditionalRound, type RoundScores } from './fit-round.js';

export interface FitIndexConditionalOptions extends FitWeightsOptions {
  /** One calibration split a round of shuffle, split, initialise and train. */
  readonly rounds: readonly RoundScores[];
  /** The round whose model will be used. @default 0 */
  readonly chosenRound?: number | undefined;
  /** In (0.5, 1). */
  readonly targetAccuracy: number;
}

/** The estimator of arXiv 2502.20167, §4.2: that of the chosen round, made more careful by how much the rounds differ. */
export interface IndexConditionalEstimator {
  readonly targetAccuracy: number;
  readonly round: IndexConditionalRound;
  /** q̃_min of the chosen round plus the Cauchy quantile of its spread over the rounds; `Infinity`: everything is rejected. */
  readonly minRescaledSimilarity: number;
  /** m by cell (predicted class and ⌊q̃⌋); null with a single round, where every offset is 0. */
  readonly offsets: ReadonlyMap<string, number> | null;
  readonly roundCount: number;
  /** Rounds without a region, which are left out of the spread. */
  readonly roundsWithoutRegion: number;
}

/** Fits every round and measures how far they lie apart (Eq. 22–27). Throws `empty-input`, `out-of-range`, `class-missing` and as the checks of scores do. */
export function fitIndexConditional(options: FitIndexConditionalOptions): IndexConditionalEstimator {
  const { rounds, chosenRound = 0, targetAccuracy } = options;
  if (rounds.length === 0) throw new SdmError('empty-input', 'fitIndexConditional: wanted one round or more, got none');
  if (rounds[chosenRound] === undefined) {
    throw new SdmError('out-of-range', `fitIndexConditional: no round ${chosenRound} among ${rounds.length}`);
  }
  const fitted = rounds.map((scores) => fitRound(scores, options));
  const round = fitted[chosenRound]!;
  const minima = fitted.map(({ region }) => region.minRescaledSimilarity).filter(Number.isFinite);
  const spread = Number.isFinite(round.region.minRescaledSimilarity) ? medianAbsoluteDeviation(minima) : 0;
  return {
    targetAccuracy,
    round,
    minRescaledSimilarity: round.region.minRescaledSimilarity + spread * cauchyQuantile(targetAccuracy),
    offsets: rounds.length === 1 ? null : cellOffsets(fitted, targetAccuracy),
    roundCount: rounds.length,
    roundsWithoutRegion: rounds.length - minima.length,
  };
}

/** Of the standard Cauchy distribution. */
function cauchyQuantile(level: number): number {
  return Math.tan(Math.PI * (level - 0.5));
}

function medianAbsoluteDeviation(values: readonly number[]): number {
  const center = median(values);
  return median(values.map((value) => Math.abs(value - center)));
}

/** A cell without rows in a round contributes nothing for it. */
function cellOffsets(rounds: readonly IndexConditionalRound[], targetAccuracy: number): Map<string, number> {
  const cells = new Set(rounds.flatMap(({ medians }) => [...medians.keys()]));
  return new Map(
    [...cells].map((cell) => {
      const spread = medianAbsoluteDeviation(rounds.flatMap(({ medians }) => medians.get(cell) ?? []));
      return [cell, spread * cauchyQuantile(targetAccuracy)];
    }),
  );
}
