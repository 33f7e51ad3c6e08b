import { SdmError } from '@sdmjs/core';
import { betaQuantile } from './beta-quantile.js';

/** A share and the interval that holds the true one with at least the wanted confidence. */
export interface BinomialInterval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Exact (Clopper–Pearson) interval of a share, two-sided with equal tails. Exact for independent rows of one kind, seldom short.
 * Throws `out-of-range` unless 0 <= successes <= trials, trials >= 1 (integers) and 0 < confidence < 1.
 */
export function binomialInterval(successes: number, trials: number, confidence = 0.95): BinomialInterval {
  const areCounts = Number.isSafeInteger(successes) && Number.isSafeInteger(trials);
  if (!areCounts || successes < 0 || trials < 1 || successes > trials) {
    throw new SdmError(
      'out-of-range',
      `binomialInterval: wanted 0 <= successes <= trials, got ${successes} of ${trials}`,
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new SdmError('out-of-range', `binomialInterval: wanted a confidence between 0 and 1, got ${confidence}`);
  }
  const tail = (1 - confidence) / 2;
  // P(X >= k) at share p is the regularised incomplete beta function of p with parameters k and trials − k + 1.
  const shareWhere = (atLeast: number, level: number) => betaQuantile(level, atLeast, trials - atLeast + 1);
  return {
    estimate: successes / trials,
    lower: successes === 0 ? 0 : shareWhere(successes, tail),
    upper: successes === trials ? 1 : shareWhere(successes + 1, 1 - tail),
  };
}
