import { rowOf } from '@sdmjs/core';
import { createBreather } from '../breather.js';
import {
  emptyMatches,
  nearestCount,
  notFinite,
  requireFiniteNorms,
  requireMatchRequest,
  requireOwnClasses,
  requireSupport,
  requireWidth,
} from '../checks.js';
import type { Matcher, MatcherSupport, Matches, MatchRequest, NearestRows, SupportMatchRequest } from '../kernels.js';
import { dot } from './dot.js';
import { matchRow } from './match-row.js';
import { squaredDistances } from './squared-distances.js';

/** The definition of matching: squared L2 on rows centred on support row 0, order by distance, then index. */
export function createPlainMatcher(support: MatcherSupport): Matcher {
  requireSupport(support);
  const { columns, rows: size } = support.vectors;
  const origin = rowOf(support.vectors, 0).slice();
  const rows = Array.from({ length: size }, (_, j) => centre(rowOf(support.vectors, j), origin));
  const norms = Float32Array.from(rows, (row) => dot(row, row));
  requireFiniteNorms(norms, 'createMatcher: support row');
  const goodClasses = support.goodClasses.slice();

  function finiteDistances(query: Float32Array, name: string): Float32Array {
    const distances = squaredDistances(centre(query, origin), { rows, norms });
    if (!distances.every(Number.isFinite)) throw notFinite(name);
    return distances;
  }

  function distances(query: Float32Array): Float32Array {
    requireWidth(query.length, columns, 'distances: query');
    return finiteDistances(query, 'distances: the query');
  }

  function nearest(query: Float32Array, count: number, exclusion = -1): NearestRows {
    requireWidth(query.length, columns, 'nearest: query');
    const wanted = nearestCount(count, exclusion, size);
    const all = finiteDistances(query, 'nearest: the query');
    const order = Int32Array.from(all.keys()).filter((j) => j !== exclusion);
    const indices = order.sort((i, j) => all[i]! - all[j]! || i - j).slice(0, wanted);
    return { indices, distances: Float32Array.from(indices, (j) => all[j]!) };
  }

  async function match(request: MatchRequest): Promise<Matches> {
    requireMatchRequest(request, size, columns);
    const { queries, predictions, exclusions, maxSimilarity } = request;
    const matches = emptyMatches(queries.rows);
    const breathe = createBreather(request.signal, 'match');
    for (let i = 0; i < queries.rows; i++) {
      const row = finiteDistances(rowOf(queries, i), `match: query ${i}`);
      const query = { prediction: predictions[i]!, exclusion: exclusions?.[i] ?? -1 };
      const { similarity, nearestIndex } = matchRow(row, goodClasses, query);
      matches.similarities[i] = Math.min(maxSimilarity, similarity);
      matches.nearestDistances[i] = row[nearestIndex]!;
      matches.nearestIndices[i] = nearestIndex;
      request.onProgress?.(i + 1);
      await breathe();
    }
    return matches;
  }

  async function matchSupport(request: SupportMatchRequest): Promise<Matches> {
    requireOwnClasses(goodClasses, request.predictions);
    return match({ ...request, queries: support.vectors, exclusions: Int32Array.from(goodClasses.keys()) });
  }

  return { size, match, matchSupport, nearest, distances, dispose: () => {} };
}

function centre(row: Float32Array, origin: Float32Array): Float32Array {
  return row.map((value, k) => value - origin[k]!);
}
