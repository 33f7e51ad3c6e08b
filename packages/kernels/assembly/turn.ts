import { integerError, measureRow } from './integer-rows';
import { packFive } from './pack';
import { Support } from './records';
import { B_STEP, DEPTH_BLOCK, multiplyFive, TILE_COLUMNS } from './tile';

// What integer copies are made of: centred rows around their mean; or, where rows lie in a space of fewer dimensions, their coordinates there,
// products with a basis Q of nearly orthonormal columns. What Q · coordinates does not give back of a row is measured, so that distances stay
// bounded; docs/decisions/0004.

const TILE_ROWS: i32 = 5;
/** Depth over which products are summed before they are taken away, so that their rounding stays small. */
const CHUNK: i32 = 64;
/** 2^-24, and what its products of second order add. */
const UNIT: f64 = 1.05 / 16777216;
/** More than underflow can add to what is lost, and nothing to lengths that are bounded (2^-40 and more). */
const UNDERFLOW: f64 = 7.888609052210118e-31; // 2^-100

/** Rows to be copied. */
@unmanaged
export class Turning {
  /** `[rows, depth]`, to be copied around `middle` `[depth]`. */
  coordinates: usize;
  middle: usize;
  /** No row is further than this from mean + Q · coordinates: doubles `[rows]`, nothing where rows are not turned. */
  lost: usize;
  /** What is left of rows `[rows, stride]`. */
  left: usize;
  /** A depth block of some rows in panels of five, and a tile. */
  packed: usize;
  tile: usize;
}

const RECORD_BYTES: usize = 64;
const TILE_BYTES: usize = <usize>TILE_ROWS * B_STEP;

/** Bytes of room that `turnRows` wants for `count` rows at once. */
export function turningBytes(support: usize, count: i32): usize {
  const s = changetype<Support>(support);
  if (!s.basis) return RECORD_BYTES;
  const rows = <usize>wholeTiles(count);
  return (RECORD_BYTES + TILE_BYTES + rows * (8 + <usize>(s.stride + s.depth + DEPTH_BLOCK) * 4) + 15) & ~15;
}

/** `count` centred rows, which lie one after another, ready to be copied, in `room`; rows that are not finite give anything. */
export function turnRows(s: Support, rows: usize, count: i32, room: usize): Turning {
  const t = changetype<Turning>(room);
  t.coordinates = rows;
  t.middle = s.mean;
  t.lost = 0;
  if (s.basis) turn(s, t, rows, count);
  return t;
}

/** No row is further than this from its integer copy in units of `scale`, which leaves `leftSquares` of its coordinates over. */
export function errorOf(s: Support, t: Turning, index: i32, leftSquares: f64, scale: f64): f64 {
  return integerError(leftSquares, scale, s.depth) + (t.lost ? f64.load(t.lost + (<usize>index << 3)) : 0);
}

function turn(s: Support, t: Turning, rows: usize, count: i32): void {
  layOut(s, t, count);
  const padded = wholeTiles(count);
  const rowBytes = <usize>s.stride << 2;
  for (let i = 0; i < padded; i++) {
    const left = t.left + <usize>i * rowBytes;
    if (i < count) subtract(rows + <usize>i * rowBytes, s.mean, left, s.stride);
    else memory.fill(left, 0, rowBytes);
  }
  if (count == 1) turnOne(s, t);
  else turnMany(s, t, padded);
  for (let i = 0; i < count; i++) f64.store(t.lost + <usize>i * 8, lostOf(s, t, rows + <usize>i * rowBytes, i));
}

function wholeTiles(count: i32): i32 {
  return ((count + TILE_ROWS - 1) / TILE_ROWS) * TILE_ROWS;
}

function layOut(s: Support, t: Turning, count: i32): void {
  const rows = <usize>wholeTiles(count);
  t.middle = s.zeros;
  t.tile = changetype<usize>(t) + RECORD_BYTES;
  t.lost = t.tile + TILE_BYTES;
  t.left = t.lost + rows * 8;
  t.coordinates = t.left + rows * <usize>s.stride * 4;
  t.packed = t.coordinates + rows * <usize>s.depth * 4;
}

function turnMany(s: Support, t: Turning, rows: i32): void {
  multiplyForward(s, t, rows);
  for (let start = 0; start < s.depth; start += CHUNK) takeAway(s, t, rows, start, min(CHUNK, s.depth - start));
}

/** Coordinates of what is left. */
function multiplyForward(s: Support, t: Turning, rows: i32): void {
  const rowBytes = <usize>s.depth << 2;
  for (let start = 0; start < s.stride; start += DEPTH_BLOCK) {
    const steps = min(DEPTH_BLOCK, s.stride - start);
    packFives(t.left + (<usize>start << 2), <usize>s.stride << 2, rows, steps, t.packed);
    for (let column = 0; column < s.depth; column += TILE_COLUMNS) {
      const b = s.basis + (<usize>column * s.stride << 2) + <usize>start * B_STEP;
      for (let row = 0; row < rows; row += TILE_ROWS) {
        const target = t.coordinates + <usize>row * rowBytes + (<usize>column << 2);
        multiplyFive(t.packed + (<usize>(row * steps) << 2), b, target, rowBytes, steps, start == 0);
      }
    }
  }
}

/** Takes from what is left the part that some coordinates give. */
function takeAway(s: Support, t: Turning, rows: i32, start: i32, steps: i32): void {
  const rowBytes = <usize>s.stride << 2;
  packFives(t.coordinates + (<usize>start << 2), <usize>s.depth << 2, rows, steps, t.packed);
  for (let column = 0; column < s.stride; column += TILE_COLUMNS) {
    const b = s.back + (<usize>column * s.depth << 2) + <usize>start * B_STEP;
    for (let row = 0; row < rows; row += TILE_ROWS) {
      multiplyFive(t.packed + (<usize>(row * steps) << 2), b, t.tile, B_STEP, steps, true);
      let target = t.left + <usize>row * rowBytes + (<usize>column << 2);
      for (let at = t.tile; at < t.tile + TILE_BYTES; at += B_STEP, target += rowBytes) {
        v128.store(target, f32x4.sub(v128.load(target), v128.load(at)));
        v128.store(target, f32x4.sub(v128.load(target, 16), v128.load(at, 16)), 16);
      }
    }
  }
}

/** What is left of a row, and what rounding may hide: of a product of CHUNK numbers, and of each time that something is taken away. */
function lostOf(s: Support, t: Turning, row: usize, index: i32): f64 {
  measureRow(t.left + (<usize>(index * s.stride) << 2), s.zeros, s.stride, t.tile);
  const left = sqrt(f64.load(t.tile, 8));
  measureRow(row, s.mean, s.stride, t.tile);
  const length = sqrt(f64.load(t.tile, 8));
  measureRow(t.coordinates + (<usize>(index * s.depth) << 2), s.zeros, s.depth, t.tile);
  const turned = sqrt(f64.load(t.tile, 8));
  const times = <f64>(min(CHUNK, s.depth) + (s.depth + CHUNK - 1) / CHUNK + 4);
  return left * (1 + UNIT) + UNIT * times * (s.basisNorm * turned + length) + s.stretch * turned + UNDERFLOW;
}

/** The same of one row, which is not worth packing. */
function turnOne(s: Support, t: Turning): void {
  for (let column = 0; column < s.depth; column += TILE_COLUMNS) {
    multiplyOne(t.left, s.basis + (<usize>column * s.stride << 2), t.coordinates + (<usize>column << 2), s.stride);
  }
  for (let column = 0; column < s.stride; column += TILE_COLUMNS) {
    const target = t.left + (<usize>column << 2);
    for (let start = 0; start < s.depth; start += CHUNK) {
      const b = s.back + (<usize>column * s.depth << 2) + <usize>start * B_STEP;
      multiplyOne(t.coordinates + (<usize>start << 2), b, t.tile, min(CHUNK, s.depth - start));
      v128.store(target, f32x4.sub(v128.load(target), v128.load(t.tile)));
      v128.store(target, f32x4.sub(v128.load(target, 16), v128.load(t.tile, 16)), 16);
    }
  }
}

/** One row times a panel over a depth that is a multiple of 4, in four sums of which none waits for another. */
function multiplyOne(a: usize, b: usize, c: usize, depth: i32): void {
  let low = f32x4.splat(0), high = low, low1 = low, high1 = low, low2 = low, high2 = low, low3 = low, high3 = low;
  for (const end = a + (<usize>depth << 2); a < end; a += 16, b += 4 * B_STEP) {
    const a0 = v128.load32_splat(a), a1 = v128.load32_splat(a, 4), a2 = v128.load32_splat(a, 8), a3 = v128.load32_splat(a, 12);
    low = f32x4.add(low, f32x4.mul(a0, v128.load(b)));
    high = f32x4.add(high, f32x4.mul(a0, v128.load(b, 16)));
    low1 = f32x4.add(low1, f32x4.mul(a1, v128.load(b, 32)));
    high1 = f32x4.add(high1, f32x4.mul(a1, v128.load(b, 48)));
    low2 = f32x4.add(low2, f32x4.mul(a2, v128.load(b, 64)));
    high2 = f32x4.add(high2, f32x4.mul(a2, v128.load(b, 80)));
    low3 = f32x4.add(low3, f32x4.mul(a3, v128.load(b, 96)));
    high3 = f32x4.add(high3, f32x4.mul(a3, v128.load(b, 112)));
  }
  v128.store(c, f32x4.add(f32x4.add(low, low1), f32x4.add(low2, low3)));
  v128.store(c, f32x4.add(f32x4.add(high, high1), f32x4.add(high2, high3)), 16);
}

function packFives(rows: usize, rowBytes: usize, count: i32, depth: i32, target: usize): void {
  for (let row = 0; row < count; row += TILE_ROWS) {
    packFive(rows + <usize>row * rowBytes, rowBytes, 4, depth, target);
    target += <usize>(TILE_ROWS * depth) << 2;
  }
}

function subtract(row: usize, mean: usize, target: usize, stride: i32): void {
  for (let k: usize = 0; k < <usize>stride << 2; k += 16) {
    v128.store(target + k, f32x4.sub(v128.load(row + k), v128.load(mean + k)));
  }
}
