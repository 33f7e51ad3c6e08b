import { notFinite } from '../checks.js';
import type { Matches, MatchRequest } from '../kernels.js';
import type { PackedSupport } from './pack-support.js';

/** A request, where its results go, and the queries of this block. */
export interface MatchBlock {
  readonly request: MatchRequest;
  readonly matches: Matches;
  readonly start: number;
  readonly count: number;
}

/** Matches one block of queries and writes its entries of `matches`. */
export function matchBlock(support: PackedSupport, { request, matches, start, count }: MatchBlock): void {
  const { arena, size, columns, width, goodClasses } = support;
  const mark = arena.mark();
  const end = start + count;
  try {
    const { distances, badRow } = measure(support, request.queries.data.subarray(start * columns, end * columns));
    if (badRow >= 0) throw notFinite(`match: query ${start + badRow}`);
    const room = () => arena.allocate(4 * count, 'matches');
    const [predictions, exclusions, similarities, nearest, indices] = [room(), room(), room(), room(), room()];
    arena.integers(predictions, count).set(request.predictions.subarray(start, end));
    arena.integers(exclusions, count).fill(-1);
    if (request.exclusions) arena.integers(exclusions, count).set(request.exclusions.subarray(start, end));
    const shape = [distances, width, size, goodClasses, count];
    const outputs = [request.maxSimilarity, similarities, nearest, indices];
    arena.kernels.matchRows(...shape, predictions, exclusions, ...outputs);
    matches.similarities.set(arena.integers(similarities, count), start);
    matches.nearestDistances.set(arena.floats(nearest, count), start);
    matches.nearestIndices.set(arena.integers(indices, count), start);
  } finally {
    arena.release(mark);
  }
}

/** Squared distances of one raw query to every support row. `[size]` */
export function distancesTo(support: PackedSupport, query: Float32Array): Float32Array {
  const mark = support.arena.mark();
  try {
    const { distances, badRow } = measure(support, query);
    if (badRow >= 0) throw notFinite('distances: the query');
    return support.arena.floats(distances, support.size).slice();
  } finally {
    support.arena.release(mark);
  }
}

/** Distances `[rows, width]` of raw rows in fresh room, and the first row where one is not finite (else −1). */
function measure(support: PackedSupport, rows: Float32Array): { distances: number; badRow: number } {
  const { arena, columns, width } = support;
  const count = rows.length / columns;
  const padded = Math.ceil(count / 4) * 4;
  const raw = arena.allocate(4 * rows.length, 'queries');
  const panels = arena.allocate(4 * padded * columns, 'queries');
  const norms = arena.allocate(4 * padded, 'norms');
  const distances = arena.allocate(4 * padded * width, `distances of ${count} queries`);
  arena.floats(raw, rows.length).set(rows);
  arena.kernels.centreRows(raw, count, columns, support.origin);
  arena.kernels.packQueries(raw, count, columns, panels, norms);
  const target = [support.panels, support.norms, width, columns, distances];
  return { distances, badRow: arena.kernels.squaredDistances(panels, norms, padded, ...target) };
}
