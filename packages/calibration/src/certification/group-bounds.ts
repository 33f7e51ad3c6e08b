import { betaQuantile } from '../metrics/beta-quantile.js';
import { regularizedBeta } from '../metrics/regularized-beta.js';
import type { GroupTally } from './group-tally.js';

/** What the fresh rows say about the accuracy of one group of admitted rows. */
export interface GroupBound extends GroupTally {
  /** correct / admitted; null when nobody was admitted. */
  readonly accuracy: number | null;
  /** Exact one-sided lower bound of the accuracy, at confidence 1 − δ for this group alone. */
  readonly lower: number;
  /** Exact upper bound of the accuracy, at confidence 1 − δ for all groups of all rungs at once (Bonferroni). */
  readonly upper: number;
  /** Probability of this many right answers or more if the accuracy were the target; 1 when nobody was admitted. */
  readonly pValue: number;
}

export interface BoundLevels {
  readonly targetAccuracy: number;
  /** δ of the lower bound. */
  readonly lowerLevel: number;
  /** Share of δ that the upper bound may spend. */
  readonly upperLevel: number;
}

/** One-sided Clopper–Pearson bounds and the exact binomial p-value of "the accuracy is under the target". */
export function boundGroup(group: GroupTally, { targetAccuracy, lowerLevel, upperLevel }: BoundLevels): GroupBound {
  const { admitted, correct } = group;
  return {
    ...group,
    accuracy: admitted === 0 ? null : correct / admitted,
    lower: correct === 0 ? 0 : betaQuantile(lowerLevel, correct, admitted - correct + 1),
    upper: correct === admitted ? 1 : betaQuantile(1 - upperLevel, correct + 1, admitted - correct),
    pValue: upperTail(correct, admitted, targetAccuracy),
  };
}

/** P(X >= successes) for X ~ Binomial(trials, share). Counts may be fractions, to extrapolate between whole ones. */
export function upperTail(successes: number, trials: number, share: number): number {
  return successes === 0 ? 1 : regularizedBeta(share, successes, trials - successes + 1);
}
