import { type Matrix, rowOf } from '@sdmjs/core';
import type { IndexedSupport, Matches } from '@sdmjs/exemplars';

/** Of |query|² + |row|², both from the first support row: what `createTensorIndex` states, four times over for the longest sums. */
const BOUND = 2 ** -21;

interface Request {
  readonly support: IndexedSupport;
  readonly queries: Matrix;
  readonly predictions: Int32Array;
  readonly maxSimilarity: number;
}

/**
 * Counts the queries whose q and nearest row are equal in both answers, those that differ only in the order of rows whose distances (in
 * double) lie within the rounding of a float32 product, and those that are wrong.
 */
export function explainDifferences(request: Request, found: Matches, exact: Matches) {
  const counts = { equal: 0, tied: 0, wrong: 0 };
  request.predictions.forEach((_, query) => {
    const isEqual =
      found.similarities[query] === exact.similarities[query] &&
      found.nearestIndices[query] === exact.nearestIndices[query];
    if (isEqual) counts.equal++;
    else if (isNearTie(request, query, found)) counts.tied++;
    else counts.wrong++;
  });
  return counts;
}

/** Whether some order of rows within the bound of each other gives this answer. */
function isNearTie({ support, queries, predictions, maxSimilarity }: Request, query: number, found: Matches): boolean {
  const rows = distancesOf(support, rowOf(queries, query));
  const nearest = rows.reduce((least, { distance, slack }) => Math.min(least, distance + slack), Infinity);
  const named = rows[found.nearestIndices[query]!]!;
  if (named.distance - named.slack > nearest) return false;
  const isGood = (row: number) =>
    support.labels[row] === predictions[query] && support.predictions[row] === predictions[query];
  const bad = rows.filter((_, row) => !isGood(row));
  const firstBad = {
    earliest: bad.reduce((least, { distance, slack }) => Math.min(least, distance - slack), Infinity),
    latest: bad.reduce((least, { distance, slack }) => Math.min(least, distance + slack), Infinity),
  };
  const good = rows.filter((_, row) => isGood(row));
  const fewest = good.filter(({ distance, slack }) => distance + slack < firstBad.earliest).length;
  const most = good.filter(({ distance, slack }) => distance - slack <= firstBad.latest).length;
  const similarity = found.similarities[query]!;
  return similarity >= Math.min(fewest, maxSimilarity) && similarity <= Math.min(most, maxSimilarity);
}

/** Squared distances in double, and how far a float32 product may put each. */
function distancesOf({ representations }: IndexedSupport, query: Float32Array) {
  const origin = rowOf(representations, 0);
  const queryNorm = squared(query, origin);
  return Array.from({ length: representations.rows }, (_, i) => {
    const row = rowOf(representations, i);
    return { distance: squared(query, row), slack: BOUND * (queryNorm + squared(row, origin)) };
  });
}

function squared(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return sum;
}
