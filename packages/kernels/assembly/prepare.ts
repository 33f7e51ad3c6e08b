import { integerScale, MAX_STRIDE, measureRow, quantizeRow } from './integer-rows';
import { supportLane, SUPPORT_STEP } from './panels';
import { Query, Support } from './records';
import { centre, centredRows } from './support-rows';
import { errorOf, Turning, turnRows } from './turn';

/** Squared norms in which the bounds hold: far from overflow, and large against what underflow loses. */
export const LEAST_NORM: f64 = 8.271806125530277e-25; // 2^-80
export const MOST_NORM: f64 = 1.329227995784916e36; // 2^120
/** 2^-24, half the distance of a float32 from the next, relative. */
const UNIT: f64 = 1.0 / 16777216;
/** More than rounding makes of the length of a row that is turned. */
const TURNED: f64 = 1.001;

/** Centres a chunk of support rows (in place, where they lie in this memory) and writes their squared norms. */
export function centreChunk(support: usize, rowsInChunk: i32, chunk: i32, _thread: i32): void {
  const s = changetype<Support>(support);
  const start = chunk * rowsInChunk;
  const count = min(rowsInChunk, s.size - start);
  let row = centredRows(s, start, count);
  for (let j = start; j < start + count; j++, row += <usize>s.stride * 4) {
    if (s.rows) centre(row, s.origin, s.stride, row);
    f32.store(s.norms + (<usize>j << 2), sumSquares(row, s.stride));
  }
}

/** Writes for a chunk: the largest number of row − mean, the greatest squared length of it, and the greatest squared norm. */
export function surveyChunk(support: usize, rowsInChunk: i32, totals: usize, chunk: i32, _thread: i32): void {
  const s = changetype<Support>(support);
  const start = chunk * rowsInChunk;
  const count = min(rowsInChunk, s.size - start);
  const own = totals + <usize>chunk * 32;
  let largest: f64 = 0, square: f64 = 0, norm: f64 = 0;
  let row = centredRows(s, start, count);
  for (let j = start; j < start + count; j++, row += <usize>s.stride * 4) {
    measureRow(row, s.mean, s.stride, own);
    largest = max(largest, f64.load(own));
    square = max(square, f64.load(own, 8));
    norm = max(norm, <f64>f32.load(s.norms + (<usize>j << 2)));
  }
  f64.store(own, largest);
  f64.store(own, square, 8);
  f64.store(own, norm, 16);
}

/**
 * Sets the scale of a surveyed support, and whether its distances can be bounded. Rows that are turned keep their lengths, but their largest
 * number is not known before.
 */
export function chooseScale(support: usize, largest: f64, square: f64, norm: f64): void {
  const s = changetype<Support>(support);
  s.scale = s.basis ? integerScale(0, sqrt(square) * TURNED) : integerScale(largest, sqrt(square));
  s.reach = sqrt(norm) * (1 + <f64>s.stride * 2 * UNIT);
  s.isBounded = i32(s.stride <= MAX_STRIDE && norm <= MOST_NORM);
}

/**
 * Packs the integer copies of a chunk (a multiple of 8 rows, at most LOOKED_UP_ROWS) and writes the greatest error, the greatest squared length
 * of a copy, and of turned rows the largest coordinate.
 */
export function quantizeChunk(support: usize, rowsInChunk: i32, totals: usize, chunk: i32, thread: i32): void {
  const s = changetype<Support>(support);
  const start = chunk * rowsInChunk;
  const count = min(rowsInChunk, s.size - start);
  const own = totals + <usize>chunk * 32;
  const pairs = <usize>s.depth >> 1;
  const t = turnRows(s, centredRows(s, start, count), count, s.turnings + <usize>(thread * s.turningBytes));
  let error: f64 = 0, square: f64 = 0, largest: f64 = 0;
  for (let i = 0; i < count; i++) {
    const row = t.coordinates + (<usize>(i * s.depth) << 2);
    if (t.lost) {
      measureRow(row, t.middle, s.depth, own);
      largest = max(largest, f64.load(own));
    }
    quantizeRow(row, t.middle, s.depth, s.scale, supportLane(s.panels, pairs, start + i), SUPPORT_STEP, own);
    const worth = f64.load(own) * s.scale * s.scale;
    f32.store(s.lengths + (<usize>(start + i) << 2), <f32>worth);
    square = max(square, worth);
    error = max(error, errorOf(s, t, i, f64.load(own, 8), s.scale));
  }
  for (let j = start + count; j < min(start + rowsInChunk, s.width); j++) {
    f32.store(s.lengths + (<usize>j << 2), <f32>Infinity);
    const lane = supportLane(s.panels, pairs, j);
    for (let k: usize = 0; k < pairs; k++) i32.store(lane + k * SUPPORT_STEP, 0);
  }
  f64.store(own, error);
  f64.store(own, square, 8);
  f64.store(own, largest, 16);
}


/** Makes the scale of turned rows coarser if integers of their largest coordinate, or longest row, do not fit. Returns whether it was too fine. */
export function coarsenScale(support: usize, largest: f64, square: f64): bool {
  const s = changetype<Support>(support);
  const scale = integerScale(largest, sqrt(square));
  if (!s.basis || scale <= s.scale) return false;
  s.scale = scale;
  return true;
}

/** Centres a raw query of `stride` numbers. */
export function centreQuery(s: Support, raw: usize, query: usize, row: usize): void {
  const q = changetype<Query>(query);
  q.row = row;
  centre(raw, s.origin, s.stride, row);
  q.norm = sumSquares(row, s.stride);
  const sum = <f64>q.norm + s.reach * s.reach;
  q.isBounded = i32(s.isBounded && sum >= LEAST_NORM && sum <= MOST_NORM);
  q.length = 0;
  q.factor = 0;
}

/** Writes the integers of a centred query (two every `step` bytes), row `index` of `t`, and what bounds its distances. */
export function copyQuery(
  s: Support, query: usize, t: Turning, index: i32, integers: usize, step: usize, totals: usize,
): void {
  const q = changetype<Query>(query);
  if (!q.isBounded) return;
  const row = t.coordinates + (<usize>(index * s.depth) << 2);
  measureRow(row, t.middle, s.depth, totals);
  const scale = integerScale(f64.load(totals), sqrt(f64.load(totals, 8)));
  quantizeRow(row, t.middle, s.depth, scale, integers, step, totals);
  const square = f64.load(totals) * scale * scale;
  const reach = sqrt(<f64>q.norm) * (1 + <f64>s.stride * 2 * UNIT) + s.reach;
  const integerReach = sqrt(square) + s.integerReach;
  q.length = <f32>square;
  q.factor = <f32>(2 * scale * s.scale);
  q.error = errorOf(s, t, index, f64.load(totals, 8), scale) + s.error;
  q.slack = slackOf(integerReach);
  q.rounding = roundingOf(s.stride, reach);
}

/** Centres and copies one raw query, with its integers in order. */
export function prepareQuery(
  support: usize, raw: usize, query: usize, row: usize, integers: usize, turning: usize, totals: usize,
): void {
  const s = changetype<Support>(support);
  centreQuery(s, raw, query, row);
  if (changetype<Query>(query).isBounded) copyQuery(s, query, turnRows(s, row, 1, turning), 0, integers, 4, totals);
}

/** σ and F of two rows whose lengths add up to no more than `reach`. */
export function slackOf(reach: f64): f64 {
  return 16 * UNIT * reach * reach;
}

export function roundingOf(stride: i32, reach: f64): f64 {
  return 1.05 * <f64>(stride + 16) * UNIT * reach * reach;
}

/** In order of depth, each product and sum rounded: the dot product of the row with itself. */
function sumSquares(row: usize, depth: i32): f32 {
  let sum: f32 = 0;
  for (let k: usize = 0; k < <usize>depth * 4; k += 4) {
    const value = f32.load(row + k);
    sum += value * value;
  }
  return sum;
}
