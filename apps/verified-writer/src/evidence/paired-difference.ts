import { createRandom, type Random } from '@sdmjs/core';

/** Values of one measure: by seed, then by layer fit. */
export type FitValues = ReadonlyMap<number, readonly number[]>;

/** How much larger a measure is in one arm than in another, paired by seed. */
export interface PairedDifference {
  readonly seedCount: number;
  /** Mean over the seeds of the difference of the means over the fits. */
  readonly mean: number;
  /** 95 % percentile interval of a bootstrap over seeds and, within them, fits. */
  readonly lower: number;
  readonly upper: number;
  /** Seeds in which the difference is above 0, and below. */
  readonly positive: number;
  readonly negative: number;
}

const RESAMPLES = 10_000;

/**
 * The difference of a weighted sum of arms, such as `[[1, sdm], [-1, crossEntropy]]`, over the seeds that all of them have; undefined without
 * one. With few seeds the interval is rough: a percentile bootstrap of five values is too narrow more often than one time in twenty.
 */
export function pairedDifference(
  terms: readonly (readonly [weight: number, values: FitValues])[],
): PairedDifference | undefined {
  const seeds = [...(terms[0]?.[1].keys() ?? [])].filter((seed) => terms.every(([, values]) => values.has(seed)));
  if (seeds.length === 0) return undefined;
  const differenceAt = (seed: number, pick: (fits: readonly number[]) => number) =>
    terms.reduce((sum, [weight, values]) => sum + weight * pick(values.get(seed)!), 0);
  const differences = seeds.map((seed) => differenceAt(seed, meanOf));
  const random = createRandom(0);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    meanOf(
      seeds.map(() => differenceAt(drawFrom(seeds, random), (fits) => meanOf(fits.map(() => drawFrom(fits, random))))),
    ),
  ).sort((a, b) => a - b);
  return {
    seedCount: seeds.length,
    mean: meanOf(differences),
    lower: resampled[Math.floor(0.025 * RESAMPLES)]!,
    upper: resampled[Math.ceil(0.975 * RESAMPLES) - 1]!,
    positive: differences.filter((difference) => difference > 0).length,
    negative: differences.filter((difference) => difference < 0).length,
  };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function drawFrom<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random.nextDouble() * values.length)]!;
}
