import { createRandom, type Matrix, type Random } from '@sdmjs/core';
import { requireLogits, softmaxRow } from './softmax.js';

/** A fitted conformal rule: the classes with a score up to the threshold, in order of probability, form the prediction set. */
export interface PredictionSetRule {
  /** `Infinity` when there are too few calibration rows for the target: every set holds all classes. */
  readonly threshold: number;
  /** λ: what each class beyond the free ones adds to the score. 0 in APS. */
  readonly penalty: number;
  /** k_reg: how many classes are free of it. */
  readonly freeSize: number;
}

export interface SetOptions {
  /** Seed of the draws, one a row, that randomise the sets. @default 1, another one than that of fitting */
  readonly seed?: number | undefined;
}

/** The number of classes in the prediction set of each row; none is possible. `[rows]` Throws `shape-mismatch` or `not-finite`. */
export function predictionSetSizes(rule: PredictionSetRule, logits: Matrix, options: SetOptions = {}): Int32Array {
  requireLogits(logits, 'predictionSetSizes');
  return drawSetSizes(rule, logits, createRandom(options.seed ?? 1));
}

/** 1 where the prediction set has exactly one class, which then is the arg max; 0 elsewhere. `[rows]` */
export function admitByPredictionSet(rule: PredictionSetRule, logits: Matrix, options: SetOptions = {}): Uint8Array {
  return Uint8Array.from(predictionSetSizes(rule, logits, options), (size) => Number(size === 1));
}

/** `predictionSetSizes` on a stream that is already under way. */
export function drawSetSizes(rule: PredictionSetRule, logits: Matrix, random: Random): Int32Array {
  return Int32Array.from({ length: logits.rows }, (_, i) => {
    const scores = rankScores(sortedProbabilities(logits, i), rule, random.nextDouble());
    const beyond = scores.findIndex((score) => score > rule.threshold);
    return beyond < 0 ? scores.length : beyond;
  });
}

/** The score of the class at each rank: the probability before it, a share u of its own, and the penalties up to it. Never decreasing. */
export function rankScores(
  sorted: Float64Array,
  { penalty, freeSize }: Pick<PredictionSetRule, 'penalty' | 'freeSize'>,
  u: number,
): Float64Array {
  let before = 0;
  return sorted.map((probability, rank) => {
    const score = before + u * probability + penalty * Math.max(0, rank + 1 - freeSize);
    before += probability;
    return score;
  });
}

/** The probabilities of a row from the largest down. */
export function sortedProbabilities(logits: Matrix, row: number): Float64Array {
  return softmaxRow(logits, row).sort().reverse();
}

/** Rank of a class by probability, from 0; of equal logits the lower class comes first, as in the arg max. */
export function rankOf(logits: Matrix, row: number, label: number): number {
  const { data, columns } = logits;
  const own = data[row * columns + label]!;
  let rank = 0;
  for (let c = 0; c < columns; c++) {
    const other = data[row * columns + c]!;
    if (other > own || (other === own && c < label)) rank++;
  }
  return rank;
}

/** The ⌈(n + 1) · target⌉-th smallest score, `Infinity` when there are fewer. */
export function conformalQuantile(scores: Float64Array, targetAccuracy: number): number {
  // Rounded first, so that .55 · 20 is 11 and not 11.000000000000002.
  const rank = Math.ceil(Number(((scores.length + 1) * targetAccuracy).toFixed(9)));
  return scores.slice().sort()[rank - 1] ?? Number.POSITIVE_INFINITY;
}
