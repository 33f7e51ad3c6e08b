import { allDistances, decide, distancesOf } from './decide';
import { integerDistances, QUERY_STEP } from './integer-distances';
import { leastBeyond, mostDistance } from './bounds';
import { prepareQuery } from './prepare';
import { Query, QUERY_BYTES, Request, Support } from './records';
import { ALL, listWithin } from './scan';

/** Bytes of scratch that a thread wants to match blocks of `block` queries (a multiple of 4). */
export function matchScratchBytes(support: usize, block: i32): usize {
  const s = changetype<Support>(support);
  const queryBytes = QUERY_BYTES + s.stride * 6 + s.width * 4;
  return <usize>block * queryBytes + <usize>s.width * 8 + 32;
}

/** Matches one block of queries: integer distances of all pairs, then one query after another. */
export function matchBlock(support: usize, request: usize, chunk: i32, thread: i32): void {
  const s = changetype<Support>(support);
  const r = changetype<Request>(request);
  const isFull = chunk < r.fullBlocks;
  const start = isFull ? chunk * r.block : r.fullBlocks * r.block + (chunk - r.fullBlocks) * r.lastBlock;
  const count = min(isFull ? r.block : r.lastBlock, r.count - start);
  const padded = (count + 3) & ~3;
  const totals = r.scratch + <usize>thread * r.scratchBytes;
  const queries = totals + 32;
  const rows = queries + <usize>r.block * QUERY_BYTES;
  const panels = rows + <usize>r.block * s.stride * 4;
  const distances = panels + <usize>r.block * s.stride * 2;
  const list = distances + <usize>r.block * s.width * 4;
  const panelBytes = (<usize>s.stride >> 1) * QUERY_STEP;
  memory.fill(queries, 0, <usize>padded * QUERY_BYTES);
  memory.fill(panels, 0, <usize>(padded >> 2) * panelBytes);
  for (let i = 0; i < count; i++) {
    const raw = r.queries + <usize>(start + i) * s.stride * 4;
    const row = rows + <usize>i * s.stride * 4;
    const lane = panels + <usize>(i >> 2) * panelBytes + <usize>(i & 3) * 4;
    prepareQuery(support, raw, queries + <usize>i * QUERY_BYTES, row, lane, QUERY_STEP, totals);
  }
  integerDistances(s, queries, panels, padded, distances);
  for (let i = 0; i < count; i++) {
    const row = distances + <usize>i * s.width * 4;
    answer(support, queries + <usize>i * QUERY_BYTES, row, request, start + i, list, list + <usize>s.width * 4);
  }
}

/** Similarity and nearest row of one query from its integer distances; where those do not bound it, from all float32 distances. */
export function answer(
  support: usize, query: usize, row: usize, request: usize, index: i32, list: usize, exact: usize,
): void {
  if (changetype<Query>(query).isBounded || allDistances(support, query, row)) {
    decide(support, query, row, request, index, list, exact);
  } else {
    i32.store(changetype<Request>(request).nearestIndices + (<usize>index << 2), -1);
  }
}

/**
 * Lists, ascending and with float32 distances, every row that may be among the `wanted` nearest. `excluded` is left out (−1: none).
 * `row` holds integer distances, or float32 distances of a query that is not bounded. Returns how many rows there are.
 */
export function listNearest(
  support: usize, query: usize, row: usize, wanted: i32, excluded: i32, smallest: usize, list: usize, exact: usize,
): i32 {
  const s = changetype<Support>(support);
  const q = changetype<Query>(query);
  const place = row + (<usize>max(excluded, 0) << 2);
  const kept = f32.load(place);
  if (excluded >= 0) f32.store(place, <f32>Infinity);
  const last = lastOfSmallest(row, s.width, wanted, smallest);
  const to = q.isBounded && last <= f32.MAX_VALUE ? leastBeyond(q, mostDistance(q, last)) : last;
  const count = listWithin(row, s.width, s.goodClasses, 0, ALL, -f32.MAX_VALUE, to, list);
  distancesOf(s, q, row, list, count, exact);
  f32.store(place, kept);
  return count;
}

/** The `wanted`-th smallest distance. */
function lastOfSmallest(row: usize, width: i32, wanted: i32, smallest: usize): f32 {
  const end = <usize>(wanted - 1) << 2;
  for (let i: usize = 0; i <= end; i += 4) f32.store(smallest + i, <f32>Infinity);
  let last: f32 = Infinity;
  for (let j: usize = 0; j < <usize>width << 2; j += 4) {
    const distance = f32.load(row + j);
    if (!(distance < last)) continue;
    let at = end;
    while (at > 0 && f32.load(smallest + at - 4) > distance) {
      f32.store(smallest + at, f32.load(smallest + at - 4));
      at -= 4;
    }
    f32.store(smallest + at, distance);
    last = f32.load(smallest + end);
  }
  return last;
}
