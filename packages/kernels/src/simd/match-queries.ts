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

/** Queries matched together: they share a pass over the support, and their distances stay in the cache. */
const BLOCK = 32;
const LAST_BLOCK = 8;
/** Bytes of distances that a thread keeps; those of larger supports are measured again where that is needed. */
const DISTANCE_BYTES = 16 * 2 ** 20;

/** Matches some queries, in blocks that threads share, and writes their entries of `matches`. Throws `not-finite`. */
export function matchQueries(
  support: PackedSupport,
  team: Team,
  range: MatchRange,
  distanceBytes = DISTANCE_BYTES,
): void {
  const { arena, columns, stride, width, record } = support;
  const { request, start, count } = range;
  const mark = arena.mark();
  const blocks = cutIntoBlocks(count, team.size);
  const { block, chunks } = blocks;
  const keepsDistances = Number(4 * block * width <= distanceBytes);
  try {
    const queries = arena.allocate(4 * count * stride, 'queries');
    const data = request.queries.data.subarray(start * columns, (start + count) * columns);
    copyRows(arena, queries, { data, rows: count, columns, stride });
    const scratchBytes = Math.ceil(arena.kernels.matchScratchBytes(record, block, keepsDistances) / 64) * 64;
    const threads = Math.min(team.size, chunks);
    const what = `distances of ${block} queries for each of ${threads} threads`;
    const results = allocateRequest(arena, range, { queries, blocks, scratchBytes, keepsDistances });
    const scratch = arena.allocate(scratchBytes * threads, what);
    arena.integers(results.address, REQUEST_FIELDS)[SCRATCH_FIELD] = scratch;
    team.run(arena, {
      name: 'matchBlock',
      parameters: [record, results.address],
      chunks,
      work: count * width * stride,
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

const REQUEST_FIELDS = 14;
const SCRATCH_FIELD = 11;

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
  const { block, fullBlocks, lastBlock } = blocks;
  const fields = [queries, count, block, fullBlocks, lastBlock, predictions, exclusions, request.maxSimilarity];
  arena
    .integers(address, REQUEST_FIELDS)
    .set([...fields, similarities, distances, indices, 0, scratchBytes, keepsDistances]);
  return { address, similarities, distances, indices };
}

/** How queries are cut into chunks: `fullBlocks` of `block`, then some of `lastBlock`; the last one may be short. */
export interface Blocks {
  readonly block: number;
  readonly fullBlocks: number;
  readonly lastBlock: number;
  readonly chunks: number;
}

/** Large blocks use the cache well; at the end there are small ones, so that no thread waits long for another. All are multiples of 4. */
function cutIntoBlocks(count: number, threads: number): Blocks {
  const shared = Math.ceil(count / (2 * threads) / 4) * 4;
  const block = Math.max(4, Math.min(BLOCK, shared));
  const lastBlock = threads === 1 ? block : Math.min(block, LAST_BLOCK);
  const fullBlocks = Math.max(0, Math.floor(count / block) - threads);
  return { block, fullBlocks, lastBlock, chunks: fullBlocks + Math.ceil((count - fullBlocks * block) / lastBlock) };
}
