import { SdmError } from '@sdmjs/core';

/** Added to the similarity to form the base, as in the papers: 2 + q. */
export const DEFAULT_SIMILARITY_OFFSET = 2;

/** What the support set says about each row. Constants to every gradient. */
export interface Signals {
  /** `[rows]` similarity q: finite, at least 0. */
  readonly similarities: ArrayLike<number>;
  /** `[rows]` distance quantile d in [0, 1]; 1 is near, 0 is far. */
  readonly distanceQuantiles: ArrayLike<number>;
}

export interface ActivationOptions {
  /** The base is this plus the similarity. Finite, above 1. @default 2 */
  readonly similarityOffset?: number;
}

/**
 * The signals that turn the SDM activation into softmax: q = e − offset in float32 and d = 1, for `count` rows.
 * Throws `out-of-range` when the offset exceeds e, because q would be negative.
 */
export function softmaxSignals(count: number, options: ActivationOptions = {}): Signals {
  const similarity = Math.E - requireOffset(options, 'softmaxSignals');
  if (similarity < 0) {
    throw new SdmError('out-of-range', `softmaxSignals: wanted an offset <= e, got ${options.similarityOffset}`);
  }
  return {
    similarities: new Float32Array(count).fill(similarity),
    distanceQuantiles: new Float32Array(count).fill(1),
  };
}

/** The offset, checked: finite and above 1, so that every base is above 1. */
export function requireOffset(options: ActivationOptions, where: string): number {
  const offset = options.similarityOffset ?? DEFAULT_SIMILARITY_OFFSET;
  if (!Number.isFinite(offset) || offset <= 1) {
    throw new SdmError('out-of-range', `${where}: wanted a finite similarityOffset > 1, got ${offset}`);
  }
  return offset;
}
