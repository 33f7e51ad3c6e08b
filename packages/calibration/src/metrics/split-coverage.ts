import { SdmError } from '@sdmjs/core';
import { betaQuantile } from './beta-quantile.js';

/** How the true coverage of a threshold varies over draws of the calibration rows it is taken from. */
export interface SplitCoverage {
  readonly mean: number;
  readonly standardDeviation: number;
  /** Equal-tailed: the coverage lies below `lower`, or above `upper`, in a share (1 − confidence) / 2 of the draws each. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * The coverage of a split-conformal threshold that has `covered` of the `count` calibration values on its covered side, itself among them:
 * Beta(covered, count + 1 − covered) over draws of the values (arXiv 2509.12760v5, A.5). Exact for independent values without ties; with
 * ties the coverage is at least that. Throws `out-of-range` unless 1 <= covered <= count (integers) and 0 < confidence < 1.
 */
export function splitCoverage(covered: number, count: number, confidence = 0.95): SplitCoverage {
  if (!Number.isSafeInteger(covered) || !Number.isSafeInteger(count) || covered < 1 || covered > count) {
    throw new SdmError('out-of-range', `splitCoverage: wanted 1 <= covered <= count, got ${covered} of ${count}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new SdmError('out-of-range', `splitCoverage: wanted a confidence between 0 and 1, got ${confidence}`);
  }
  const rest = count + 1 - covered;
  const tail = (1 - confidence) / 2;
  return {
    mean: covered / (count + 1),
    standardDeviation: Math.sqrt((covered * rest) / (count + 2)) / (count + 1),
    lower: betaQuantile(tail, covered, rest),
    upper: betaQuantile(1 - tail, covered, rest),
  };
}
