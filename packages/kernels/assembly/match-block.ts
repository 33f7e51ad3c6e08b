import { countOf, DECISION_BYTES, decideBlock, Desk, LIST_BYTES, nearestOf } from './decide-block';
import { allDistances, decide, distancesOf } from './decide';
import { Block, GRANULE_BYTES, granulesOf, MINIMA_BYTES, surveyGranules } from './granules';
import { paddedQueries, queryLane, QUERY_STEP } from './panels';
import { leastBeyond, mostDistance } from './bounds';
import { centreQuery, copyQuery } from './prepare';
import { Query, QUERY_BYTES, Request, Support } from './records';
import { ALL, listWithin } from './scan';
import { turningBytes, turnRows } from './turn';

/** Totals of a query, a block and a desk. */
const RECORD_BYTES: usize = 192;

/** Bytes of scratch that a thread wants to match blocks of `block` queries (a multiple of PANEL_QUERIES), with or without all their distances kept. */
export function matchScratchBytes(support: usize, block: i32, keepsDistances: i32): usize {
  const s = changetype<Support>(support);
  const minimaBytes = <usize>granulesOf(s) * MINIMA_BYTES;
  const queryBytes = QUERY_BYTES + s.stride * 4 + s.depth * 2 + DECISION_BYTES + 2 * LIST_BYTES + minimaBytes + 4;
  const rowBytes = <usize>s.width * 4;
  const distances = <usize>block * (keepsDistances ? <usize>granulesOf(s) : 1) * GRANULE_BYTES;
  // Queries are turned where their distances go, and to what is behind.
  const behind = max(distances + 3 * rowBytes, turningBytes(support, block));
  return RECORD_BYTES + <usize>block * queryBytes + GRANULE_BYTES + LIST_BYTES + 64 + behind;
}

/** Matches one block of queries: integer distances of all pairs, then what they decide. */
export function matchBlock(support: usize, request: usize, chunk: i32, thread: i32): void {
  const s = changetype<Support>(support);
  const r = changetype<Request>(request);
  const place = r.starts + (<usize>chunk << 2);
  const start = i32.load(place);
  const count = i32.load(place, 4) - start;
  const scratch = r.scratch + <usize>thread * r.scratchBytes;
  const b = changetype<Block>(scratch + 32);
  const d = changetype<Desk>(scratch + 96);
  const all = layOut(s, r, b, d, scratch + RECORD_BYTES, count);
  prepareBlock(s, r, b, start, count, scratch);
  surveyGranules(s, b);
  decideBlock(s, b, d, count);
  for (let i = 0; i < count; i++) {
    const query = b.queries + <usize>i * QUERY_BYTES;
    const width = <usize>s.width * 4;
    if (changetype<Query>(query).isBounded) writeDecision(r, start + i, d, i);
    else answer(support, query, all, request, start + i, all + width, all + 2 * width);
  }
}

/** Divides the scratch; returns where the distances of a query to all rows go that is not bounded, with room for two lists of rows behind. */
function layOut(s: Support, r: Request, b: Block, d: Desk, free: usize, count: i32): usize {
  const block = <usize>r.block;
  b.count = paddedQueries(count);
  b.rows = free;
  b.panels = b.rows + block * s.stride * 4;
  b.granule = b.panels + block * s.depth * 2;
  b.queries = b.granule + GRANULE_BYTES;
  b.minima = b.queries + block * QUERY_BYTES;
  b.exclusions = b.minima + block * granulesOf(s) * MINIMA_BYTES;
  d.decisions = b.exclusions + block * 4;
  d.lists = d.decisions + block * DECISION_BYTES;
  d.exact = d.lists + block * 2 * LIST_BYTES;
  d.cap = r.cap;
  b.distances = (d.exact + LIST_BYTES + 63) & ~63;
  b.keepsDistances = r.keepsDistances;
  return b.distances + block * (r.keepsDistances ? <usize>granulesOf(s) : 1) * GRANULE_BYTES;
}

function prepareBlock(s: Support, r: Request, b: Block, start: i32, count: i32, totals: usize): void {
  const pairs = <usize>s.depth >> 1;
  memory.fill(b.queries, 0, <usize>b.count * QUERY_BYTES);
  memory.fill(b.panels, 0, <usize>b.count * pairs * 4);
  memory.fill(b.exclusions, 0xff, <usize>b.count * 4);
  for (let i = 0; i < count; i++) {
    const offset = <usize>(start + i) << 2;
    const query = b.queries + <usize>i * QUERY_BYTES;
    centreQuery(s, r.queries + offset * s.stride, query, b.rows + <usize>i * s.stride * 4);
    changetype<Query>(query).prediction = i32.load(r.predictions + offset);
    i32.store(b.exclusions + (<usize>i << 2), i32.load(r.exclusions + offset));
  }
  const t = turnRows(s, b.rows, count, b.distances);
  for (let i = 0; i < count; i++) {
    copyQuery(s, b.queries + <usize>i * QUERY_BYTES, t, i, queryLane(b.panels, pairs, i), QUERY_STEP, totals);
  }
}

function writeDecision(r: Request, index: i32, d: Desk, i: i32): void {
  const offset = <usize>index << 2;
  const nearest = nearestOf(d, i);
  f32.store(r.nearestDistances + offset, nearest.distance);
  i32.store(r.nearestIndices + offset, nearest.index);
  i32.store(r.similarities + offset, min(r.cap, countOf(d, i).similarity));
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
  const count = listWithin(row, s.width, s.goodClasses, 0, ALL, -f32.MAX_VALUE, to, list, 0);
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
