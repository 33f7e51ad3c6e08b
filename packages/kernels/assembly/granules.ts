import { COLUMNS, COLUMNS_BYTES, queryLane, QUERY_STEP, supportLane, SUPPORT_STEP } from './panels';
import { multiplyPanels } from './integer-product';
import { Query, QUERY_BYTES, Support } from './records';
import { ALL, BAD, least, leastLane } from './scan';

// A granule is 256 support rows. Of each the least integer distances to every query of a block are kept, so that afterwards only granules
// are looked at that can matter; their distances are kept, too, where there is room, or else made again.

export const GRANULE: i32 = COLUMNS;
/** Least distances of a query to all rows of a granule, and to those that are not good for it. */
export const MINIMA_BYTES: usize = 8;
/** Distances of a query to the rows of a granule. */
export const GRANULE_BYTES: usize = COLUMNS_BYTES;

/** Where a block of queries works. */
@unmanaged
export class Block {
  /** Records of the queries, their centred rows, and their integers in panels of PANEL_QUERIES. */
  queries: usize;
  rows: usize;
  panels: usize;
  /** Padded to a multiple of PANEL_QUERIES. */
  count: i32;
  /** Integer distances `[granules, count, GRANULE]`, or of one granule after the other where they are not kept. */
  distances: usize;
  keepsDistances: i32;
  /** `[granules, count]` */
  minima: usize;
  /** Room for the distances of one query to one granule, where they are not kept. */
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
    multiplyGranule(s, b, granule);
    for (let query = 0; query < b.count; query++) surveyQuery(s, b, granule, query);
  }
}

function distancesAt(b: Block, granule: i32, query: i32): usize {
  return b.distances + <usize>((b.keepsDistances ? granule : 0) * b.count + query) * GRANULE_BYTES;
}

/** Integer distances of a query to the rows of a granule; the row that it leaves out is at Infinity. */
export function granuleDistances(s: Support, b: Block, granule: i32, query: i32): usize {
  const start = granule * GRANULE;
  if (b.keepsDistances) return distancesAt(b, granule, query);
  const pairs = <usize>s.depth >> 1;
  const integers = queryLane(b.panels, pairs, query);
  const record = b.queries + <usize>query * QUERY_BYTES;
  for (let column = start; column < min(start + GRANULE, s.width); column += 8) {
    const panel = supportLane(s.panels, pairs, column);
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
  const q = changetype<Query>(query);
  const length = f32x4.splat(q.length), factor = f32x4.splat(q.factor);
  v128.store(target, squared(length, factor, low, v128.load(lengths)));
  v128.store(target, squared(length, factor, high, v128.load(lengths, 16)), 16);
}

function multiplyGranule(s: Support, b: Block, granule: i32): void {
  const pairs = <usize>s.depth >> 1;
  const start = granule * GRANULE;
  const panels = supportLane(s.panels, pairs, start);
  multiplyPanels(b.panels, b.count, panels, min(GRANULE, s.width - start), pairs, distancesAt(b, granule, 0));
}

/** Makes distances of the sums of a query and of a granule, in their place, and takes their minima. */
function surveyQuery(s: Support, b: Block, granule: i32, query: i32): void {
  // What does not change is read before the loop, which writes: the compiler cannot know that it does not write there.
  const q = changetype<Query>(b.queries + <usize>query * QUERY_BYTES);
  const length = f32x4.splat(q.length), factor = f32x4.splat(q.factor), prediction = i32x4.splat(q.prediction);
  const start = <usize>granule * GRANULE_BYTES;
  const end = min(GRANULE_BYTES, (<usize>s.width << 2) - start);
  const rows = distancesAt(b, granule, query), lengths = s.lengths + start, classes = s.goodClasses + start;
  const far = f32x4.splat(<f32>Infinity);
  let near = far, nearBad = far;
  for (let at: usize = 0; at < end; at += 16) {
    const distances = squared(length, factor, v128.load(rows + at), v128.load(lengths + at));
    v128.store(rows + at, distances);
    near = f32x4.pmin(near, distances);
    const isGood = i32x4.eq(v128.load(classes + at), prediction);
    nearBad = f32x4.pmin(nearBad, v128.bitselect(far, distances, isGood));
  }
  const minima = minimaAt(b, granule, query);
  f32.store(minima, leastLane(near));
  f32.store(minima, leastLane(nearBad), 4);
  if (isExcludedIn(b, granule, query)) surveyAgain(s, b, granule, query);
}

/** |q|² + |p|² − 2 q·p in float32, from exact integers. */
@inline
export function squared(length: v128, factor: v128, product: v128, lengths: v128): v128 {
  return f32x4.sub(f32x4.add(length, lengths), f32x4.mul(factor, f32x4.convert_i32x4_s(product)));
}

/** The minima without the row that is left out. */
function surveyAgain(s: Support, b: Block, granule: i32, query: i32): void {
  const distances = distancesAt(b, granule, query);
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
