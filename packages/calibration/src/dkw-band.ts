import { SdmError } from '@sdmjs/core';

/**
 * Half-width of the Dvoretzky–Kiefer–Wolfowitz band of each class's distance distribution: √(ln(2 / (1 − target)) / 2n) in float32.
 * 1 where n is 0; above 1 where n is very small. `[classes]` Throws `out-of-range` unless 0.5 < targetAccuracy < 1.
 */
export function dkwErrors(sampleSizes: ArrayLike<number>, targetAccuracy: number): Float32Array {
  if (!(targetAccuracy > 0.5 && targetAccuracy < 1)) {
    throw new SdmError('out-of-range', `dkwErrors: wanted a targetAccuracy between 0.5 and 1, got ${targetAccuracy}`);
  }
  const logarithm = Math.fround(Math.log(Math.fround(2 / (1 - targetAccuracy))));
  const errors = new Float32Array(sampleSizes.length);
  for (let c = 0; c < errors.length; c++) {
    const size = sampleSizes[c]!;
    errors[c] = size === 0 ? 1 : Math.sqrt(Math.fround(logarithm / Math.fround(2 * size)));
  }
  return errors;
}

/** A distance quantile less and plus an error (the largest of `dkwErrors`), in float32, kept within [0, 1]. */
export function dkwBand(distanceQuantile: number, error: number): { lower: number; upper: number } {
  const [quantile, width] = [Math.fround(distanceQuantile), Math.fround(error)];
  return {
    lower: Math.min(1, Math.max(0, Math.fround(quantile - width))),
    upper: Math.min(1, Math.max(0, Math.fround(quantile + width))),
  };
}
