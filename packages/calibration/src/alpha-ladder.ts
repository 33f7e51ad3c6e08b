import { SdmError } from '@sdmjs/core';

/**
 * Target accuracies from high to low: 1 − k · resolution rounded to 10 decimals (halves to even), for k = 1, 2, … while above one half.
 * Throws `out-of-range` unless 0.00005 <= resolution < 0.5.
 */
export function alphaLadder(resolution: number): number[] {
  if (!(resolution >= 0.00005 && resolution < 0.5)) {
    throw new SdmError('out-of-range', `alphaLadder: wanted a resolution in [0.00005, 0.5), got ${resolution}`);
  }
  const ladder: number[] = [];
  for (let k = 1; ; k++) {
    const alpha = roundToTenDecimals(1 - k * resolution);
    if (alpha <= 0.5) return ladder;
    ladder.push(alpha);
  }
}

/** Share of a class's rows that may lie under the target: 1 − target, rounded so that 0.1 · 10 is 1 and not 0.99…. */
export function allowedShare(targetAccuracy: number): number {
  return roundToTenDecimals(1 - targetAccuracy);
}

/** As Python's `round(value, 10)` for values in [0, 1]. `toFixed` differs on exact ties, which it rounds up. */
export function roundToTenDecimals(value: number): number {
  const rounded = value.toFixed(10);
  // A double with at most 11 decimals is a multiple of 2^-11; only such a one can end in an exact 5 at the 11th.
  const isTie = Number.isInteger(value * 2048) && value.toFixed(11).endsWith('5');
  const isOdd = Number(rounded.at(-1)) % 2 === 1;
  return Number(isTie && isOdd ? value.toFixed(11).slice(0, -1) : rounded);
}
