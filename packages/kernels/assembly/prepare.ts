import { integerError, integerScale, MAX_STRIDE, measureRow, quantizeRow } from './integer-rows';
import { supportLane, SUPPORT_STEP } from './panels';
import { Query, Support } from './records';
import { centre, centredRows } from './support-rows';

/** Squared norms in which the bounds hold: far from overflow, and large against what underflow loses. */
export const LEAST_NORM: f64 = 8.271806125530277e-25; // 2^-80
export const MOST_NORM: f64 = 1.329227995784916e36; // 2^120
/** 2^-24, half the distance of a float32 from the next, relative. */
const UNIT: f64 = 1.0 / 16777216;

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

/** Sets the scale of a surveyed support, and whether its distances can be bounded. */
export function chooseScale(support: usize, largest: f64, square: f64, norm: f64): void {
  const s = changetype<Support>(support);
  s.scale = integerScale(largest, sqrt(square));
  s.reach = sqrt(norm) * (1 + <f64>s.stride * 2 * UNIT);
  s.isBounded = i32(s.stride <= MAX_STRIDE && norm <= MOST_NORM);
}

/** Packs the integer copies of a chunk (a multiple of 8 rows) and writes the greatest error and the greatest squared length. */
export function quantizeChunk(support: usize, rowsInChunk: i32, totals: usize, chunk: i32, _thread: i32): void {
  const s = changetype<Support>(support);
  const start = chunk * rowsInChunk;
  const end = min(start + rowsInChunk, s.width);
  const own = totals + <usize>chunk * 32;
  let error: f64 = 0, square: f64 = 0;
  let row = centredRows(s, start, min(rowsInChunk, s.size - start));
  for (let j = start; j < end; j++, row += <usize>s.stride * 4) {
    const lane = supportLane(s.panels, <usize>s.stride >> 1, j);
    const length = s.lengths + (<usize>j << 2);
    if (j >= s.size) {
      f32.store(length, <f32>Infinity);
      for (let k: usize = 0; k < <usize>s.stride >> 1; k++) i32.store(lane + k * SUPPORT_STEP, 0);
      continue;
    }
    quantizeRow(row, s.mean, s.stride, s.scale, lane, SUPPORT_STEP, own);
    const worth = f64.load(own) * s.scale * s.scale;
    f32.store(length, <f32>worth);
    square = max(square, worth);
    error = max(error, integerError(f64.load(own, 8), s.scale, s.stride));
  }
  f64.store(own, error);
  f64.store(own, square, 8);
}

/** Centres a raw query of `stride` numbers, writes its integers (two every `step` bytes) and what bounds its distances. */
export function prepareQuery(
  support: usize, raw: usize, query: usize, row: usize, integers: usize, step: usize, totals: usize,
): void {
  const s = changetype<Support>(support);
  const q = changetype<Query>(query);
  q.row = row;
  centre(raw, s.origin, s.stride, row);
  q.norm = sumSquares(row, s.stride);
  const sum = <f64>q.norm + s.reach * s.reach;
  q.isBounded = i32(s.isBounded && sum >= LEAST_NORM && sum <= MOST_NORM);
  q.length = 0;
  q.factor = 0;
  if (!q.isBounded) return;
  measureRow(row, s.mean, s.stride, totals);
  const scale = integerScale(f64.load(totals), sqrt(f64.load(totals, 8)));
  quantizeRow(row, s.mean, s.stride, scale, integers, step, totals);
  const square = f64.load(totals) * scale * scale;
  const reach = sqrt(<f64>q.norm) * (1 + <f64>s.stride * 2 * UNIT) + s.reach;
  const integerReach = sqrt(square) + s.integerReach;
  q.length = <f32>square;
  q.factor = <f32>(2 * scale * s.scale);
  q.error = integerError(f64.load(totals, 8), scale, s.stride) + s.error;
  q.slack = slackOf(integerReach);
  q.rounding = roundingOf(s.stride, reach);
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
