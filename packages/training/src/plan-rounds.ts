import { alphaLadder } from '@sdmjs/calibration';
import { createRandom } from '@sdmjs/core';
import { type ExamplePool, requireEveryClass } from './check-examples.js';
import type { SplitName } from './engine.js';
import type { TrainingSettings } from './settings.js';

/** What tells one round from another. */
export interface RoundPlan {
  /** 1-based. */
  readonly round: number;
  readonly seed: bigint;
  /** Rows of the pool in each split, in the order of the split. */
  readonly rows: Readonly<Record<SplitName, Int32Array>>;
}

/**
 * Seeds and splits of all rounds, so that a split without a class is found before the first epoch (`class-missing`). Shuffled: the first half
 * of a permutation drawn from the seed of the round (of each class, when stratified) is for training; weights are drawn from a second stream of the same seed.
 */
export function planRounds(pool: ExamplePool, settings: TrainingSettings): RoundPlan[] {
  const mend = settings.stratify
    ? 'add examples of it'
    : 'pass stratify: true to halve every class by itself, add examples of it, or change the seed';
  return Array.from({ length: settings.rounds }, (_, i) => {
    const seed = BigInt.asUintN(64, BigInt(settings.seed) + BigInt(i));
    const rows = settings.shuffle ? halves(pool, seed, settings) : givenSplits(pool);
    for (const [name, indices] of Object.entries(rows)) {
      const labels = indices.map((row) => pool.labels[row]!);
      const what = `the ${name} half of round ${i + 1} (seed ${seed}) has no example of`;
      requireEveryClass(labels, pool.classCount, { what, mend });
    }
    return { round: i + 1, seed, rows };
  });
}

/**
 * Target accuracies for which a calibration split is too small: with n rows of the rarest class, fewer than one of them may fall below the
 * target, so one unlucky row decides. Over all rounds, the worst counts.
 */
export function unsupportedAccuracies(
  plans: readonly RoundPlan[],
  pool: ExamplePool,
  alphaResolution: number,
): number[] {
  const rarest = Math.min(
    ...plans.flatMap(({ rows }) => {
      const counts = new Int32Array(pool.classCount);
      for (const row of rows.calibration) counts[pool.labels[row]!]!++;
      return [...counts];
    }),
  );
  return alphaLadder(alphaResolution).filter((alpha) => Math.trunc(Number((1 - alpha).toFixed(10)) * rarest) < 1);
}

function halves(pool: ExamplePool, seed: bigint, { stratify }: TrainingSettings): RoundPlan['rows'] {
  const order = createRandom(seed).permutation(pool.labels.length);
  const half = Math.floor(order.length / 2);
  if (!stratify) return { training: order.slice(0, half), calibration: order.slice(half) };
  const isTraining = stratifiedHalf(order, pool);
  return { training: order.filter((row) => isTraining[row]), calibration: order.filter((row) => !isTraining[row]) };
}

/**
 * Which rows of the pool are for training: of each class the first half in the order, and of the odd ones out the first half again, so that
 * the halves are as large as without strata.
 */
function stratifiedHalf(order: Int32Array, { labels, classCount }: ExamplePool): Uint8Array {
  const isTraining = new Uint8Array(order.length);
  const byClass: number[][] = Array.from({ length: classCount }, () => []);
  for (const row of order) byClass[labels[row]!]!.push(row);
  const oddRows = new Set(byClass.filter(({ length }) => length % 2 === 1).map((rows) => rows.at(-1)!));
  const oddInOrder = Array.from(order).filter((row) => oddRows.has(row));
  for (const rows of [...byClass, oddInOrder]) {
    for (const row of rows.slice(0, Math.floor(rows.length / 2))) isTraining[row] = 1;
  }
  return isTraining;
}

function givenSplits({ labels, trainingCount }: ExamplePool): RoundPlan['rows'] {
  const order = labels.map((_, row) => row);
  return { training: order.slice(0, trainingCount), calibration: order.slice(trainingCount) };
}
