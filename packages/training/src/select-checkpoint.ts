import type { Matrix } from '@sdmjs/core';
import type { ExemplarAdaptor } from '@sdmjs/estimator';

/** What makes an epoch, or a round by its best epoch, better than another. */
export type SelectionRule = 'balancedLoss' | 'medianSimilarity';

/** Weights worth keeping, and what they are kept for. */
export interface Checkpoint {
  readonly epoch: number;
  /** Balanced calibration loss. */
  readonly loss: number;
  /** What is compared: the lowest wins. */
  readonly score: number;
  readonly adaptor: ExemplarAdaptor;
}

/** An epoch whose splits were matched, with its calibration rows as it scores them. */
export interface MatchedCheckpoint extends Checkpoint {
  readonly calibration: CheckpointScores;
}

export interface CheckpointScores {
  /** `[rows, C]` */
  readonly logits: Matrix;
  /** q `[rows]` */
  readonly similarities: Int32Array;
  /** Squared L2 to the nearest training row. `[rows]` */
  readonly nearestDistances: Float32Array;
}

export function isSelectionRule(rule: string): rule is SelectionRule {
  return rule === 'balancedLoss' || rule === 'medianSimilarity';
}

/** What a checkpoint keeps of the scores of its calibration rows. */
export function keptScores({ logits, similarities, nearestDistances }: CheckpointScores): CheckpointScores {
  return { logits, similarities, nearestDistances };
}

/** The number that a rule compares, so that the lowest is best. */
export function scoreBy(
  rule: SelectionRule,
  { loss, medianSimilarity }: { readonly loss: number; readonly medianSimilarity: number },
): number {
  return rule === 'balancedLoss' ? loss : -medianSimilarity;
}

/** Whether a score wins over the best so far: the lowest wins, and the last of equals. */
export function isBetter(score: number, best: { readonly score: number } | undefined): boolean {
  return best === undefined || score <= best.score;
}
