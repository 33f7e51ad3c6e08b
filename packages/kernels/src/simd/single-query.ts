import { notFinite } from '../checks.js';
import type { NearestRows } from '../kernels.js';
import type { Team } from '../threads/team.js';
import { allocateRequest, type MatchRange, readMatches } from './match-queries.js';
import { copyRows, type PackedSupport } from './packed-support.js';

/** Panels of 8 support rows in a chunk: some 100 kB of integer copies at 1,000 numbers a row. */
const CHUNK_PANELS = 16;
/** Bytes of the fields of a query, and which of them says whether its distances are bounded. */
const QUERY_BYTES = 48;
const IS_BOUNDED = 4;
const ONE_QUERY = { block: 1, starts: [0, 1] };

/** One query at a time against a support: threads share the support rows instead of the queries. */
export interface SingleQuery {
  /** Matches one query of a range. Throws `not-finite`. */
  match(range: MatchRange): void;
  /** The nearest rows, in order. Goes over the support only if the query is not the last one. Throws `not-finite`. */
  nearest(query: Float32Array, wanted: number, exclusion: number): NearestRows;
  /** Float32 distances to all rows. Throws `not-finite`. */
  distances(query: Float32Array): Float32Array;
}

export function createSingleQuery(support: PackedSupport, team: Team): SingleQuery {
  const { arena, size, columns, width, depth, record } = support;
  const addresses = allocateRoom(support);
  const { query, raw, measured, list, exact } = addresses;
  const prepare = createPreparation(support, addresses);
  let last: Float32Array | undefined;

  /** Distances of integer copies at `measured`, or of all rows where those do not bound them. */
  function measure(values: Float32Array, what: string): void {
    if (last?.every((value, k) => value === values[k])) return;
    last = undefined;
    if (prepare(values)) {
      const parameters = [record, query, addresses.integers, measured, CHUNK_PANELS];
      const chunks = Math.ceil(width / 8 / CHUNK_PANELS);
      team.run(arena, { name: 'measureChunk', parameters, chunks, work: width * depth });
    } else if (!arena.kernels.allDistances(record, query, measured)) throw notFinite(what);
    last = values.slice();
  }

  return {
    match(range) {
      const { request, start } = range;
      const mark = arena.mark();
      try {
        measure(request.queries.data.subarray(start * columns, (start + 1) * columns), `match: query ${start}`);
        const sizes = { queries: raw, blocks: ONE_QUERY, scratchBytes: 0, keepsDistances: 1 };
        const results = allocateRequest(arena, range, sizes);
        arena.kernels.answer(record, query, measured, results.address, 0, list, exact);
        readMatches(arena, results, range);
      } finally {
        arena.release(mark);
      }
    },
    nearest(values, wanted, exclusion) {
      measure(values, 'nearest: the query');
      const count = arena.kernels.listNearest(record, query, measured, wanted, exclusion, list, list, exact);
      return firstOf(arena.integers(list, count).slice(), arena.floats(exact, count).slice(), wanted);
    },
    distances(values) {
      last = undefined;
      prepare(values);
      if (!arena.kernels.allDistances(record, query, measured)) throw notFinite('distances: the query');
      return arena.floats(measured, size).slice();
    },
  };
}

function allocateRoom({ arena, stride, width, depth, record }: PackedSupport) {
  const room = (byteCount: number) => arena.allocate(byteCount, 'one query');
  return {
    query: room(QUERY_BYTES),
    totals: room(32),
    raw: room(4 * stride),
    row: room(4 * stride),
    integers: room(2 * depth),
    turning: room(arena.kernels.turningBytes(record, 1)),
    measured: room(4 * width),
    list: room(4 * width),
    exact: room(4 * width),
  };
}

/** A function that centres a query and makes its integer copy; returns whether that bounds its distances. */
function createPreparation(support: PackedSupport, addresses: ReturnType<typeof allocateRoom>) {
  const { query, totals, raw, row, integers, turning } = addresses;
  const { arena, columns, stride, record } = support;
  return (values: Float32Array): boolean => {
    copyRows(arena, raw, { data: values, rows: 1, columns, stride });
    arena.kernels.prepareQuery(record, raw, query, row, integers, turning, totals);
    return arena.integers(query, QUERY_BYTES / 4)[IS_BOUNDED] !== 0;
  };
}

/** The first `wanted` of listed rows in (distance, index) order; they are listed by index. */
function firstOf(indices: Int32Array, distances: Float32Array, wanted: number): NearestRows {
  const order = [...indices.keys()].sort((i, j) => distances[i]! - distances[j]! || i - j).slice(0, wanted);
  return {
    indices: Int32Array.from(order, (i) => indices[i]!),
    distances: Float32Array.from(order, (i) => distances[i]!),
  };
}
