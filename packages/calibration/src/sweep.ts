import { allowedShare } from './alpha-ladder.js';
import type { Candidates } from './candidates.js';

/** How one true class stands at a threshold on q'. The threshold suits the class when `below` is at most `allowed`. */
export interface ClassTally {
  /** Candidates of the class at or above the threshold. */
  readonly count: number;
  /** Those whose activation at the true class is under the target. */
  readonly below: number;
  /** How many may be: the whole part of (1 − target) · count. */
  readonly allowed: number;
}

/** How the candidates admitted as one predicted class stand at a threshold on q'. Suits when `wrong` is at most `allowed`. */
export interface PredictionTally {
  readonly admitted: number;
  readonly wrong: number;
  /** The whole part of (1 − target) · admitted. */
  readonly allowed: number;
}

/** A threshold on q' and how each true class stands there. */
export interface ThresholdTally {
  readonly minRescaledSimilarity: number;
  /** `[classes]` */
  readonly classes: readonly ClassTally[];
  /** `[classes]` only under the requirement `byLabelAndPrediction`, where the true classes are served. */
  readonly predictions?: readonly PredictionTally[];
}

export interface Sweep {
  /** Candidates of each true class, before any threshold. `[classes]` */
  readonly candidateCounts: readonly number[];
  /**
   * The lowest threshold at which every class is served, else the lowest at which the worst class has the fewest rows too many below;
   * null when no threshold keeps a row of every class.
   */
  readonly best: ThresholdTally | null;
  /** Whether `best` serves every class. */
  readonly isServed: boolean;
}

/**
 * Raises the threshold over the distinct q' until the class-wise thresholds all reach the target. The (1 − target) quantile of a class's
 * outputs reaches the target exactly when no more than `allowed` of them are under it, so counters per class are enough.
 */
export function sweep(candidates: Candidates, targetAccuracy: number): Sweep {
  const { classCount, labels, rescaledSimilarities, trueProbabilities } = candidates;
  const target = Math.fround(targetAccuracy);
  const share = allowedShare(targetAccuracy);
  const counts = new Int32Array(classCount);
  const belows = new Int32Array(classCount);
  for (let i = 0; i < labels.length; i++) {
    counts[labels[i]!]!++;
    if (trueProbabilities[i]! < target) belows[labels[i]!]!++;
  }
  const candidateCounts = [...counts];
  const best = {
    threshold: Number.NaN,
    excess: Number.POSITIVE_INFINITY,
    counts: counts.slice(),
    belows: belows.slice(),
  };
  let hasEveryClass = counts.every((count) => count > 0);
  // Only when a row under the target has left can fewer of them be too many.
  let isFewer = true;
  for (let start = 0; start < labels.length && hasEveryClass; ) {
    const threshold = rescaledSimilarities[start]!;
    if (isFewer) {
      const excess = worstExcess(counts, belows, share);
      if (excess < best.excess) {
        Object.assign(best, { threshold, excess });
        best.counts.set(counts);
        best.belows.set(belows);
      }
      if (excess <= 0) break;
      isFewer = false;
    }
    // Equal q' leave together.
    for (; start < labels.length && rescaledSimilarities[start] === threshold; start++) {
      const label = labels[start]!;
      counts[label] = counts[label]! - 1;
      if (counts[label] === 0) hasEveryClass = false;
      if (trueProbabilities[start]! < target) {
        belows[label] = belows[label]! - 1;
        isFewer = true;
      }
    }
  }
  if (Number.isNaN(best.threshold)) return { candidateCounts, best: null, isServed: false };
  const classes = Array.from(best.counts, (count, c) => ({
    count,
    below: best.belows[c]!,
    allowed: Math.trunc(share * count),
  }));
  return { candidateCounts, best: { minRescaledSimilarity: best.threshold, classes }, isServed: best.excess <= 0 };
}

function worstExcess(counts: Int32Array, belows: Int32Array, share: number): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < counts.length; c++) worst = Math.max(worst, belows[c]! - Math.trunc(share * counts[c]!));
  return worst;
}
