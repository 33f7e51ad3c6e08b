import { addProduct, addRoundedProduct } from './add-product';

/**
 * out[i] = vector · row(i), summed over `depth` in ascending order, every product and sum rounded to float32, in every build. Row i is number
 * list[i], or start + i without a list, `rowBytes` apart from `base` on.
 */
export function dotRows(
  vector: usize, base: usize, rowBytes: usize, depth: i32, list: usize, start: i32, count: i32, out: usize,
): void {
  dotEight(false, vector, base, rowBytes, depth, list, start, count, out);
}

/** The same of rows start and after, rounded as the register tiles round: a row of a product by itself has the bits it has among others. */
export function multiplyRows(
  vector: usize, base: usize, rowBytes: usize, depth: i32, start: i32, count: i32, out: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) dotEight(true, vector, base, rowBytes, depth, 0, start, count, out);
  else dotRows(vector, base, rowBytes, depth, 0, start, count, out);
}

/** Eight rows advance together, so that no sum waits for the one before. */
@inline
function dotEight(
  asTiles: bool, vector: usize, base: usize, rowBytes: usize, depth: i32, list: usize, start: i32, count: i32, out: usize,
): void {
  const whole = <usize>(depth & ~3) * 4;
  const end = <usize>depth * 4;
  for (let i = 0; i < count; i += 8) {
    const last = count - 1;
    const row0 = rowAt(base, rowBytes, list, start, i), row1 = rowAt(base, rowBytes, list, start, min(i + 1, last));
    const row2 = rowAt(base, rowBytes, list, start, min(i + 2, last));
    const row3 = rowAt(base, rowBytes, list, start, min(i + 3, last));
    const row4 = rowAt(base, rowBytes, list, start, min(i + 4, last));
    const row5 = rowAt(base, rowBytes, list, start, min(i + 5, last));
    const row6 = rowAt(base, rowBytes, list, start, min(i + 6, last));
    const row7 = rowAt(base, rowBytes, list, start, min(i + 7, last));
    let low = f32x4.splat(0), high = low;
    let k: usize = 0;
    for (; k < whole; k += 16) {
      low = addFour(asTiles, low, vector + k, row0 + k, row1 + k, row2 + k, row3 + k);
      high = addFour(asTiles, high, vector + k, row4 + k, row5 + k, row6 + k, row7 + k);
    }
    for (; k < end; k += 4) {
      const factor = v128.load32_splat(vector + k);
      low = add(asTiles, low, factor, lanesAt(row0 + k, row1 + k, row2 + k, row3 + k));
      high = add(asTiles, high, factor, lanesAt(row4 + k, row5 + k, row6 + k, row7 + k));
    }
    storeLanes(low, out + (<usize>i << 2), last - i);
    storeLanes(high, out + (<usize>i << 2) + 16, last - i - 4);
  }
}

@inline
function rowAt(base: usize, rowBytes: usize, list: usize, start: i32, i: i32): usize {
  return base + rowBytes * <usize>(list ? i32.load(list + (<usize>i << 2)) : start + i);
}

/** Four steps of depth of four rows, which are transposed on the way. */
@inline
function addFour(asTiles: bool, sum: v128, vector: usize, row0: usize, row1: usize, row2: usize, row3: usize): v128 {
  const r0 = v128.load(row0), r1 = v128.load(row1), r2 = v128.load(row2), r3 = v128.load(row3);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  sum = add(asTiles, sum, v128.load32_splat(vector), v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  sum = add(asTiles, sum, v128.load32_splat(vector, 4), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  sum = add(asTiles, sum, v128.load32_splat(vector, 8), v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  return add(asTiles, sum, v128.load32_splat(vector, 12), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

@inline
function add(asTiles: bool, sum: v128, a: v128, b: v128): v128 {
  return asTiles ? addProduct(sum, a, b) : addRoundedProduct(sum, a, b);
}

@inline
function lanesAt(row0: usize, row1: usize, row2: usize, row3: usize): v128 {
  let lanes = f32x4.splat(f32.load(row0));
  lanes = f32x4.replace_lane(lanes, 1, f32.load(row1));
  lanes = f32x4.replace_lane(lanes, 2, f32.load(row2));
  return f32x4.replace_lane(lanes, 3, f32.load(row3));
}

/** Stores the first `last` + 1 lanes, none for a negative `last`. */
@inline
function storeLanes(lanes: v128, target: usize, last: i32): void {
  if (last >= 0) f32.store(target, f32x4.extract_lane(lanes, 0));
  if (last > 0) f32.store(target, f32x4.extract_lane(lanes, 1), 4);
  if (last > 1) f32.store(target, f32x4.extract_lane(lanes, 2), 8);
  if (last > 2) f32.store(target, f32x4.extract_lane(lanes, 3), 12);
}
