import { QUERY_STEP, SUPPORT_STEP } from './integer-distances';
import { Query, QUERY_BYTES, Support } from './records';
import { ALL, BAD, least } from './scan';

// A granule is 256 support rows. Of each the least integer distances to every query of a block are kept, so that afterwards only granules
// are looked at that can matter; their distances are kept, too, where there is room, or else made again.

export const GRANULE: i32 = 256;
/** Least distances of a query to all rows of a granule, and to those that are not good for it. */
export const MINIMA_BYTES: usize = 8;
/** Running minima of a query: 4 lanes of each. */
export const LANES_BYTES: usize = 32;

/** Where a block of queries works. */
@unmanaged
export class Block {
  /** Records of the queries, their centred rows, and their integers in panels of four. */
  queries: usize;
  rows: usize;
  panels: usize;
  /** Padded to a multiple of 4. */
  count: i32;
  /** Integer distances `[count, width]`, or nothing where they are not kept. */
  distances: usize;
  /** `[granules, count]` */
  minima: usize;
  /** `[count]` */
  lanes: usize;
  /** Room for the distances of one granule. */
  granule: usize;
  /** Support row that each query leaves out, −1 for none. */
  exclusions: usize;
}

export function granulesOf(s: Support): i32 {
  return (s.width + GRANULE - 1) / GRANULE;
}

export function minimaAt(b: Block, granule: i32, query: i32): usize {
  return b.minima + <usize>(granule * b.count + query) * MINIMA_BYTES;
}

/** Integer distances of all pairs, in so far as they are kept, and the minima of every granule. */
export function surveyGranules(s: Support, b: Block): void {
  for (let granule = 0; granule < granulesOf(s); granule++) {
    surveyGranule(s, b, granule);
    for (let query = 0; query < b.count; query++) {
      const lanes = b.lanes + <usize>query * LANES_BYTES;
      const at = minimaAt(b, granule, query);
      f32.store(at, leastLane(v128.load(lanes)));
      f32.store(at, leastLane(v128.load(lanes, 16)), 4);
      if (isExcludedIn(b, granule, query)) surveyAgain(s, b, granule, query);
    }
  }
}

/** Integer distances of a query to the rows of a granule; the row that it leaves out is at Infinity. */
export function granuleDistances(s: Support, b: Block, granule: i32, query: i32): usize {
  const start = granule * GRANULE;
  if (b.distances) return b.distances + (<usize>query * s.width + <usize>start) * 4;
  const pairs = <usize>s.stride >> 1;
  const integers = b.panels + <usize>(query >> 2) * pairs * QUERY_STEP + <usize>(query & 3) * 4;
  const record = b.queries + <usize>query * QUERY_BYTES;
  for (let column = start; column < min(start + GRANULE, s.width); column += 8) {
    const panel = s.panels + <usize>(column >> 3) * pairs * SUPPORT_STEP;
    const target = b.granule + <usize>(column - start) * 4;
    measurePanel(record, integers, QUERY_STEP, panel, pairs, s.lengths + <usize>column * 4, target);
  }
  if (isExcludedIn(b, granule, query)) f32.store(b.granule + placeOfExcluded(b, granule, query), <f32>Infinity);
  return b.granule;
}

/** Distances of one query, with its integers every `step` bytes, to one panel of 8 rows. */
export function measurePanel(
  query: usize, integers: usize, step: usize, panel: usize, pairs: usize, lengths: usize, target: usize,
): void {
  let low = i32x4.splat(0), high = low;
  const stop = integers + pairs * step;
  for (let a = integers; a < stop; a += step) {
    const pair = v128.load32_splat(a);
    low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load(panel)));
    high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load(panel, 16)));
    panel += SUPPORT_STEP;
  }
  v128.store(target, squared(query, low, v128.load(lengths)));
  v128.store(target, squared(query, high, v128.load(lengths, 16)), 16);
}

/** Every support panel, which stays in the first cache, meets every panel of four queries. */
function surveyGranule(s: Support, b: Block, granule: i32): void {
  const pairs = <usize>s.stride >> 1;
  const far = f32x4.splat(<f32>Infinity);
  for (let lanes = b.lanes; lanes < b.lanes + <usize>b.count * LANES_BYTES; lanes += 16) v128.store(lanes, far);
  for (let column = granule * GRANULE; column < min((granule + 1) * GRANULE, s.width); column += 8) {
    const panel = s.panels + <usize>(column >> 3) * pairs * SUPPORT_STEP;
    for (let query = 0; query < b.count; query += 4) {
      const target = b.distances ? b.distances + (<usize>query * s.width + <usize>column) * 4 : 0;
      surveyTile(s, b, query, column, panel, target);
    }
  }
}

function surveyTile(s: Support, block: Block, query: i32, column: i32, b: usize, target: usize): void {
  const pairs = <usize>s.stride >> 1;
  let a = block.panels + <usize>(query >> 2) * pairs * QUERY_STEP;
  let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = a + pairs * QUERY_STEP;
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a0, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a0, b1));
    const a1 = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a1, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a1, b1));
    const a2 = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a2, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a2, b1));
    const a3 = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a3, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a3, b1));
    a += QUERY_STEP;
    b += SUPPORT_STEP;
  }
  const lengths = s.lengths + <usize>column * 4;
  const classes = s.goodClasses + <usize>column * 4;
  const record = block.queries + <usize>query * QUERY_BYTES;
  const lanes = block.lanes + <usize>query * LANES_BYTES;
  const rowBytes = target ? <usize>s.width * 4 : 0;
  finish(record, c00, c01, lengths, classes, lanes, target);
  finish(record + QUERY_BYTES, c10, c11, lengths, classes, lanes + LANES_BYTES, target + rowBytes);
  finish(record + 2 * QUERY_BYTES, c20, c21, lengths, classes, lanes + 2 * LANES_BYTES, target + 2 * rowBytes);
  finish(record + 3 * QUERY_BYTES, c30, c31, lengths, classes, lanes + 3 * LANES_BYTES, target + 3 * rowBytes);
}

/** Takes 8 distances of a query into its minima, and keeps them where there is a target. */
@inline
function finish(
  query: usize, low: v128, high: v128, lengths: usize, classes: usize, lanes: usize, target: usize,
): void {
  const near = squared(query, low, v128.load(lengths));
  const next = squared(query, high, v128.load(lengths, 16));
  if (target) {
    v128.store(target, near);
    v128.store(target, next, 16);
  }
  const prediction = i32x4.splat(changetype<Query>(query).prediction);
  const far = f32x4.splat(<f32>Infinity);
  const bad = v128.bitselect(far, near, i32x4.eq(v128.load(classes), prediction));
  const alsoBad = v128.bitselect(far, next, i32x4.eq(v128.load(classes, 16), prediction));
  v128.store(lanes, f32x4.pmin(v128.load(lanes), f32x4.pmin(near, next)));
  v128.store(lanes, f32x4.pmin(v128.load(lanes, 16), f32x4.pmin(bad, alsoBad)), 16);
}

/** |q|² + |p|² − 2 q·p in float32, from exact integers. */
@inline
function squared(query: usize, product: v128, lengths: v128): v128 {
  const q = changetype<Query>(query);
  const twice = f32x4.mul(f32x4.splat(q.factor), f32x4.convert_i32x4_s(product));
  return f32x4.sub(f32x4.add(f32x4.splat(q.length), lengths), twice);
}

/** The minima without the row that is left out. */
function surveyAgain(s: Support, b: Block, granule: i32, query: i32): void {
  const distances = granuleDistances(s, b, granule, query);
  f32.store(distances + placeOfExcluded(b, granule, query), <f32>Infinity);
  const start = granule * GRANULE;
  const width = min(GRANULE, s.width - start);
  const classes = s.goodClasses + <usize>start * 4;
  const prediction = changetype<Query>(b.queries + <usize>query * QUERY_BYTES).prediction;
  const at = minimaAt(b, granule, query);
  f32.store(at, least(distances, width, classes, prediction, ALL));
  f32.store(at, least(distances, width, classes, prediction, BAD), 4);
}

function isExcludedIn(b: Block, granule: i32, query: i32): bool {
  return i32.load(b.exclusions + (<usize>query << 2)) >> 8 == granule;
}

function placeOfExcluded(b: Block, granule: i32, query: i32): usize {
  return <usize>(i32.load(b.exclusions + (<usize>query << 2)) - granule * GRANULE) << 2;
}

function leastLane(lanes: v128): f32 {
  const low = min(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
  return min(low, min(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)));
}
