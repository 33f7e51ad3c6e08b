import { rowsOf } from '@sdmjs/core';
import { notFinite } from '../checks.js';
import type { Matches, MatchRequest } from '../kernels.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { copyRows, type PackedSupport } from './packed-support.js';

/** Some queries of a request, and where their results go. */
export interface MatchRange {
  readonly request: MatchRequest;
  readonly matches: Matches;
  readonly start: number;
  readonly count: number;
}

/** Queries of a panel in assembly/panels.ts. */
const PANEL = 5;
/** Queries matched together at most: they share a pass over the support, while their integer copies stay in the second cache. */
const BLOCK = 125;
/** And at least, so that the pass is worth while, unless there are fewer. */
const LEAST_BLOCK = 20;
/** Bytes of distances that a thread keeps, for at least so many queries; of larger supports they are measured again where that is needed. */
const DISTANCE_BYTES = 16 * 2 ** 20;
const LEAST_KEPT = 30;

/** Matches some queries, in blocks that threads share, and writes their entries of `matches`. Throws `not-finite`. */
export function matchQueries(
  support: PackedSupport,
  team: Team,
  range: MatchRange,
  distanceBytes = DISTANCE_BYTES,
): void {
  const { arena, stride, width, depth, record } = support;
  const { request, start, count } = range;
  const mark = arena.mark();
  const rowsKept = Math.floor(distanceBytes / (4 * width) / PANEL) * PANEL;
  const keepsDistances = Number(rowsKept >= LEAST_KEPT);
  const most = keepsDistances ? Math.min(BLOCK, rowsKept) : BLOCK;
  const blocks = cutIntoBlocks(count, { threads: team.size, most });
  const chunks = blocks.starts.length - 1;
  try {
    const queries = arena.allocate(4 * count * stride, 'queries');
    copyRows(arena, queries, { ...rowsOf(request.queries, start, start + count), stride });
    const scratchBytes = Math.ceil(arena.kernels.matchScratchBytes(record, blocks.block, keepsDistances) / 64) * 64;
    const threads = Math.min(team.size, chunks);
    const what = `distances of ${blocks.block} queries for each of ${threads} threads`;
    const results = allocateRequest(arena, range, { queries, blocks, scratchBytes, keepsDistances });
    const scratch = arena.allocate(scratchBytes * threads, what);
    arena.integers(results.address, REQUEST_FIELDS)[SCRATCH_FIELD] = scratch;
    team.run(arena, {
      name: 'matchBlock',
      parameters: [record, results.address],
      chunks,
      work: count * width * depth,
    });
    readMatches(arena, results, range);
  } finally {
    arena.release(mark);
  }
}

/** Copies results out. Throws `not-finite` for the first query with a distance that is not. */
export function readMatches(arena: Arena, results: RequestRecord, { matches, start, count }: MatchRange): void {
  const indices = arena.integers(results.indices, count);
  const bad = indices.indexOf(-1);
  if (bad >= 0) throw notFinite(`match: query ${start + bad}`);
  matches.similarities.set(arena.integers(results.similarities, count), start);
  matches.nearestDistances.set(arena.floats(results.distances, count), start);
  matches.nearestIndices.set(indices, start);
}

/** Addresses of a request in an arena; see assembly/records.ts. */
export interface RequestRecord {
  readonly address: number;
  readonly similarities: number;
  readonly distances: number;
  readonly indices: number;
}

const REQUEST_FIELDS = 13;
const SCRATCH_FIELD = 10;

/** Writes the fields of a request for some queries, without room for scratch. */
export function allocateRequest(
  arena: Arena,
  { request, start, count }: MatchRange,
  sizes: Readonly<Record<'queries' | 'scratchBytes' | 'keepsDistances', number>> & { readonly blocks: Blocks },
): RequestRecord {
  const room = () => arena.allocate(4 * count, 'matches');
  const address = arena.allocate(4 * REQUEST_FIELDS, 'a request');
  const [predictions, exclusions, similarities, distances, indices] = [room(), room(), room(), room(), room()];
  arena.integers(predictions, count).set(request.predictions.subarray(start, start + count));
  arena.integers(exclusions, count).fill(-1);
  if (request.exclusions) arena.integers(exclusions, count).set(request.exclusions.subarray(start, start + count));
  const { queries, blocks, scratchBytes, keepsDistances } = sizes;
  const starts = arena.allocate(4 * blocks.starts.length, 'blocks of queries');
  arena.integers(starts, blocks.starts.length).set(blocks.starts);
  const fields = [queries, count, starts, blocks.block, predictions, exclusions, request.maxSimilarity];
  arena
    .integers(address, REQUEST_FIELDS)
    .set([...fields, similarities, distances, indices, 0, scratchBytes, keepsDistances]);
  return { address, similarities, distances, indices };
}

/** How queries are cut into chunks: where each one starts, and at last their number; none has more than `block`. */
export interface Blocks {
  readonly block: number;
  readonly starts: readonly number[];
}

/**
 * Whole panels a chunk, the last one excepted. One thread takes even blocks; several take a share of what is left each time, so that they end
 * together though each starts when it can.
 */
function cutIntoBlocks(count: number, { threads, most }: { threads: number; most: number }): Blocks {
  const even = panels(count / Math.ceil(count / most));
  const starts = [0];
  for (let start = 0; start < count; ) {
    const share = threads === 1 ? even : Math.max(LEAST_BLOCK, panels((count - start) / (2 * threads)));
    start = Math.min(count, start + Math.min(most, share));
    starts.push(start);
  }
  // No chunk is larger than the first.
  return { block: panels(starts[1]!), starts };
}

/** Queries in whole panels, rounded up. */
function panels(count: number): number {
  return Math.ceil(count / PANEL) * PANEL;
}
