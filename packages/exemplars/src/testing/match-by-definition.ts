import { type Matrix, rowOf } from '@sdmjs/core';
import type { IndexedSupport } from '../support-set.js';

/** The answer to one query, with all rows in (distance, index) order. */
export interface DefinedMatch {
  readonly similarity: number;
  readonly nearestIndex: number;
  readonly nearestDistance: number;
  readonly order: readonly number[];
}

/**
 * Similarity and nearest row of one query by sorting all support rows, in double precision: slow and plainly right,
 * to test an index against. Exact (so that ties are ties) when all coordinates are small integers.
 */
export function matchByDefinition(
  support: IndexedSupport,
  query: ArrayLike<number>,
  options: { readonly prediction: number; readonly maxSimilarity: number; readonly exclusion?: number },
): DefinedMatch {
  const { prediction, maxSimilarity, exclusion = -1 } = options;
  const distances = squaredDistances(support.representations, query);
  const order = [...distances.keys()]
    .filter((index) => index !== exclusion)
    .sort((a, b) => distances[a]! - distances[b]! || a - b);
  const isGood = (row: number) => support.labels[row] === prediction && support.predictions[row] === prediction;
  const firstBad = order.findIndex((row) => !isGood(row));
  const nearestIndex = order[0]!;
  return {
    similarity: Math.min(firstBad < 0 ? order.length : firstBad, maxSimilarity),
    nearestIndex,
    nearestDistance: distances[nearestIndex]!,
    order,
  };
}

function squaredDistances(vectors: Matrix, query: ArrayLike<number>): number[] {
  return Array.from({ length: vectors.rows }, (_, i) =>
    rowOf(vectors, i).reduce((sum, value, k) => sum + (value - query[k]!) ** 2, 0),
  );
}
