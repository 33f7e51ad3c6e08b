import { SdmError } from '@sdmjs/core';
import { allowedShare } from './alpha-ladder.js';
import { type SplitCoverage, splitCoverage } from './metrics/split-coverage.js';

/** What the calibration rows of one true class can do for one target. */
export interface ClassSupport {
  readonly count: number;
  /** How many of them may be under the target: the whole part of (1 − target) · count. */
  readonly allowed: number;
  /** Share of fresh rows of the class at or above its threshold, over draws of the calibration rows, for a fixed minimum of q'; null without rows. */
  readonly coverage: SplitCoverage | null;
  /** Exact lower bound of an accuracy seen in this many fresh rows without a mistake: no larger accuracy can be shown. 0 without rows. */
  readonly largestProvable: number;
}

/** What a calibration set can do for one target at best, known from the counts alone. */
export interface TargetSupport {
  readonly targetAccuracy: number;
  /**
   * `none`: some class has no row, so no region can exist. `no-row-may-fail`: a region can exist, but in some class only if every row of it
   * that is kept reaches the target. `quantile`: every class has enough rows for one to fall short.
   */
  readonly verdict: 'none' | 'no-row-may-fail' | 'quantile';
  /** The class with the fewest rows. */
  readonly shortestClass: number;
  /** Fewest rows of a class of which one may fall short. */
  readonly quantileCount: number;
  /** Fewest rows of a class, all right, that show an accuracy of the target at the confidence. */
  readonly provingCount: number;
  /** `[classes]` */
  readonly classes: readonly ClassSupport[];
}

export interface CalibrationSupportOptions {
  /** In (0.5, 1). */
  readonly targetAccuracies: readonly number[];
  /** Of the coverages (two-sided) and the accuracies that can be shown (one-sided). @default 0.95 */
  readonly confidence?: number | undefined;
}

/**
 * What calibration rows can support at most, before any training: one entry a target. A model keeps fewer of them (those in distribution,
 * and on lower rungs those no higher one admits). Throws `empty-input` without classes, or `out-of-range`.
 * @param classCounts calibration rows of each true class `[classes]`
 */
export function calibrationSupport(
  classCounts: ArrayLike<number>,
  options: CalibrationSupportOptions,
): TargetSupport[] {
  const { targetAccuracies, confidence = 0.95 } = options;
  const counts = Array.from(classCounts);
  requireCounts(counts, { targetAccuracies, confidence });
  const shortestClass = counts.indexOf(Math.min(...counts));
  return targetAccuracies.map((targetAccuracy) => {
    const share = allowedShare(targetAccuracy);
    const classes = counts.map((count) => classSupport(count, Math.trunc(share * count), confidence));
    return {
      targetAccuracy,
      verdict: verdictOn(classes[shortestClass]!),
      shortestClass,
      quantileCount: smallestCount(1 / share, (count) => Math.trunc(share * count) >= 1),
      provingCount: smallestCount(
        Math.log(1 - confidence) / Math.log(targetAccuracy),
        (count) => targetAccuracy ** count <= 1 - confidence,
      ),
      classes,
    };
  });
}

function classSupport(count: number, allowed: number, confidence: number): ClassSupport {
  return {
    count,
    allowed,
    coverage: count === 0 ? null : splitCoverage(count - allowed, count, confidence),
    largestProvable: count === 0 ? 0 : (1 - confidence) ** (1 / count),
  };
}

function verdictOn({ count, allowed }: ClassSupport): TargetSupport['verdict'] {
  if (count === 0) return 'none';
  return allowed === 0 ? 'no-row-may-fail' : 'quantile';
}

/** The smallest count that is enough; `near` is within one of it. */
function smallestCount(near: number, isEnough: (count: number) => boolean): number {
  let count = Math.max(1, Math.floor(near) - 1);
  while (!isEnough(count)) count++;
  return count;
}

function requireCounts(
  counts: readonly number[],
  { targetAccuracies, confidence }: { targetAccuracies: readonly number[]; confidence: number },
): void {
  if (counts.length === 0) throw new SdmError('empty-input', 'calibrationSupport: wanted one count a class, got none');
  const wrong = counts.find((count) => !Number.isSafeInteger(count) || count < 0);
  if (wrong !== undefined) {
    throw new SdmError('out-of-range', `calibrationSupport: wanted counts of rows, got ${wrong}`);
  }
  const outside = targetAccuracies.find((target) => !(target > 0.5 && target < 1));
  if (outside !== undefined) {
    throw new SdmError('out-of-range', `calibrationSupport: wanted targets between 0.5 and 1, got ${outside}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new SdmError('out-of-range', `calibrationSupport: wanted a confidence between 0 and 1, got ${confidence}`);
  }
}
