import { SdmError } from './sdm-error.js';

/** The empirical distribution of float32 values, sorted ascending. All comparisons happen in float32. */
export interface EmpiricalCdf {
  readonly sorted: Float32Array;
}

/** Sorts a copy of `values`. Throws `not-finite` on NaN or an infinity. */
export function createEmpiricalCdf(values: ArrayLike<number>): EmpiricalCdf {
  const sorted = Float32Array.from(values);
  if (!sorted.every((value) => Number.isFinite(value))) {
    throw new SdmError('not-finite', 'createEmpiricalCdf: wanted finite numbers (also after rounding to float32)');
  }
  return { sorted: sorted.sort() };
}

/** How many values are strictly below `value` (left insertion). */
export function countBelow(cdf: EmpiricalCdf, value: number): number {
  const wanted = Math.fround(value);
  return insertionPoint(cdf.sorted, (seen) => seen < wanted);
}

/** How many values are at most `value` (right insertion). */
export function countAtMost(cdf: EmpiricalCdf, value: number): number {
  const wanted = Math.fround(value);
  return insertionPoint(cdf.sorted, (seen) => seen <= wanted);
}

/** Share of the values at most `value`, in [0, 1]; 0 when there are none. */
export function cdfAt(cdf: EmpiricalCdf, value: number): number {
  return cdf.sorted.length === 0 ? 0 : countAtMost(cdf, value) / cdf.sorted.length;
}

/** The value at index `min(trunc(level · n), n − 1)` of the sorted values. Throws `empty-input` when there are none. */
export function quantile(cdf: EmpiricalCdf, level: number): number {
  const count = cdf.sorted.length;
  if (count === 0) throw new SdmError('empty-input', 'quantile: the distribution has no values');
  return cdf.sorted[Math.min(Math.trunc(level * count), count - 1)]!;
}

function insertionPoint(sorted: Float32Array, isBefore: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
