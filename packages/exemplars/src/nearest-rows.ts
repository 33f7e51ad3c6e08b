import { SdmError } from '@sdmjs/core';
import { type Neighbor, requireExclusion } from './exemplar-index.js';

/** The `count` smallest of `distances` by (distance, index), without row `exclusion` (−1: none). Ascending. */
export function nearestRows(distances: Float32Array, count: number, exclusion = -1): Neighbor[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new SdmError('out-of-range', `nearest: wanted an integer count >= 0, got ${count}`);
  }
  requireExclusion(exclusion, distances.length, 'nearest: exclusion');
  const eligible = distances.slice();
  if (exclusion >= 0) eligible[exclusion] = Infinity;
  const wanted = Math.min(count, exclusion >= 0 ? distances.length - 1 : distances.length);
  if (wanted === 0) return [];
  const bound = eligible.slice().sort()[wanted - 1]!;
  const closer: Neighbor[] = [];
  const tied: Neighbor[] = [];
  for (let index = 0; index < eligible.length; index++) {
    const squaredDistance = eligible[index]!;
    if (squaredDistance < bound) closer.push({ index, squaredDistance });
    else if (squaredDistance === bound && tied.length < wanted) tied.push({ index, squaredDistance });
  }
  closer.sort(byDistanceThenIndex);
  return closer.concat(tied.slice(0, wanted - closer.length));
}

/** The order of every exemplar list: distance, then support index. */
export function byDistanceThenIndex(a: Neighbor, b: Neighbor): number {
  return a.squaredDistance - b.squaredDistance || a.index - b.index;
}
