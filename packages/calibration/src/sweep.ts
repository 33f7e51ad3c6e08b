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
 * outputs reaches the target exactly when no more than `allowed` of them are under it, so counters per class are enough. What a class has too
 * many falls by at most one for each of them that leaves, so thresholds before enough of them have left are passed over.
 */
export function sweep(candidates: Candidates, targetAccuracy: number): Sweep {
  const target = Math.fround(targetAccuracy);
  const share = allowedShare(targetAccuracy);
  const standing = standingFrom(candidates, 0, target);
  const candidateCounts = [...standing.counts];
  if (candidateCounts.includes(0)) return { candidateCounts, best: null, isServed: false };
  // The most rows too many that are worth finding: as many as at the highest threshold, then fewer than at the best one.
  const atTop = standingFrom(candidates, highestStart(candidates), target);
  let wanted = Math.max(0, excessOf(atTop, worstOf(atTop, share), share));
  let best: ThresholdTally | null = null;
  for (let start = 0; start >= 0; ) {
    const label = worstOf(standing, share);
    const excess = excessOf(standing, label, share);
    if (excess <= wanted) {
      best = { minRescaledSimilarity: candidates.rescaledSimilarities[start]!, classes: talliesOf(standing, share) };
      if (excess <= 0) return { candidateCounts, best, isServed: true };
      wanted = excess - 1;
    }
    start = raise(candidates, start, { standing, label, count: excess - wanted });
  }
  return { candidateCounts, best, isServed: false };
}

/** Candidates at or above a threshold, counted by true class. */
interface Standing {
  readonly target: number;
  readonly counts: Int32Array;
  /** Those whose activation at the true class is under the target. */
  readonly belows: Int32Array;
}

function standingFrom(candidates: Candidates, start: number, target: number): Standing {
  const { columns } = candidates.scores.probabilities;
  const standing = { target, counts: new Int32Array(columns), belows: new Int32Array(columns) };
  addFrom(candidates, start, standing);
  return standing;
}

function addFrom({ labels, trueProbabilities }: Candidates, start: number, { target, counts, belows }: Standing): void {
  for (let place = start; place < labels.length; place++) {
    const label = labels[place]!;
    counts[label]!++;
    if (trueProbabilities[place]! < target) belows[label]!++;
  }
}

/** Where the highest threshold that keeps a row of every class begins. */
function highestStart({ scores, labels, rescaledSimilarities }: Candidates): number {
  const { columns } = scores.probabilities;
  const isSeen = new Uint8Array(columns);
  let start = labels.length;
  for (let missing = columns; missing > 0; ) {
    const label = labels[--start]!;
    missing -= 1 - isSeen[label]!;
    isSeen[label] = 1;
  }
  while (start > 0 && rescaledSimilarities[start - 1] === rescaledSimilarities[start]) start--;
  return start;
}

/** The class with the most rows under the target too many. */
function worstOf(standing: Standing, share: number): number {
  let worst = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < standing.counts.length; c++) {
    const excess = excessOf(standing, c, share);
    if (excess <= most) continue;
    worst = c;
    most = excess;
  }
  return worst;
}

function excessOf({ counts, belows }: Standing, c: number, share: number): number {
  return belows[c]! - Math.trunc(share * counts[c]!);
}

/**
 * Raises the threshold until `count` rows of the class `label` that are under the target have left. Gives the place that is then the first,
 * −1 when a class has no row left.
 */
function raise(
  candidates: Candidates,
  start: number,
  { standing, label, count }: { readonly standing: Standing; readonly label: number; readonly count: number },
): number {
  const { rescaledSimilarities: values } = candidates;
  const next = leave(candidates, standing, { start, end: values.length, label, count });
  if (next < 0) return next;
  // Equal q' leave together.
  let end = next;
  while (values[end] === values[next - 1]) end++;
  return leave(candidates, standing, { start: next, end, label, count: values.length });
}

/**
 * Lets rows leave from `start` to before `end`, or until `count` of the class `label` that are under the target have. Gives the next place,
 * −1 when a class has no row left.
 */
function leave(
  { labels, trueProbabilities }: Candidates,
  { target, counts, belows }: Standing,
  until: { readonly start: number; readonly end: number; readonly label: number; readonly count: number },
): number {
  let missing = until.count;
  let place = until.start;
  for (; place < until.end && missing > 0; place++) {
    const label = labels[place]!;
    counts[label]!--;
    if (counts[label] === 0) return -1;
    if (trueProbabilities[place]! >= target) continue;
    belows[label]!--;
    if (label === until.label) missing--;
  }
  return place;
}

function talliesOf({ counts, belows }: Standing, share: number): ClassTally[] {
  return Array.from(counts, (count, c) => ({ count, below: belows[c]!, allowed: Math.trunc(share * count) }));
}
