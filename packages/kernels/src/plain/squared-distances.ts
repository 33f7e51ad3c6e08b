import { dot } from './dot.js';

/** A set of rows centred on an origin, with their squared norms. */
export interface CentredRows {
  readonly rows: readonly Float32Array[];
  readonly norms: Float32Array;
}

/** max(0, (|c|² + |x|²) − 2·c·x) in float32 from one centred query to every row; non-finite numbers pass through. */
export function squaredDistances(query: Float32Array, support: CentredRows): Float32Array {
  const queryNorm = dot(query, query);
  return support.norms.map((norm, j) => {
    const cross = Math.fround(2 * dot(query, support.rows[j]!));
    return Math.max(0, Math.fround(queryNorm + norm) - cross);
  });
}
