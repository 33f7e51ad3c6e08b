// Integer copies of rows around a mean: row ≈ mean + scale · integers. Integers of one row are kept so short (INTEGER_LENGTH) that no
// sum of products of two rows, nor any part of it, leaves 32 bits: by Cauchy and Schwarz it is at most the product of the lengths.

/** Length that a row of integers may have before rounding (45,000 and at most 256 for rounding, squared, is below 2^31). */
const INTEGER_LENGTH: f64 = 45000;
const LARGEST_INTEGER: f64 = 32760;
/** Numbers a row may have, for the same reason and so that the bounds hold. */
export const MAX_STRIDE: i32 = 262144;

/** Writes the largest |row − mean| of a number and the squared length of row − mean, as doubles. `depth` is even. */
export function measureRow(row: usize, mean: usize, depth: i32, totals: usize): void {
  let largest = f64x2.splat(0);
  let squares = f64x2.splat(0);
  for (let k: usize = 0; k < <usize>depth * 4; k += 8) {
    const value = difference(row + k, mean + k);
    largest = f64x2.max(largest, f64x2.abs(value));
    squares = f64x2.add(squares, f64x2.mul(value, value));
  }
  f64.store(totals, max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)));
  f64.store(totals, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1), 8);
}

/** What a unit is worth for rows of at most this length and this largest number. */
export function integerScale(largest: f64, length: f64): f64 {
  const scale = max(largest / LARGEST_INTEGER, length / INTEGER_LENGTH);
  return scale > 0 ? scale : 1;
}

/**
 * Writes the integers nearest to (row − mean) / scale, two every `step` bytes, and as doubles the sum of their squares and of the squares
 * of what they leave over.
 */
export function quantizeRow(
  row: usize, mean: usize, depth: i32, scale: f64, target: usize, step: usize, totals: usize,
): void {
  const unit = f64x2.splat(scale);
  const inverse = f64x2.splat(1 / scale);
  let squares = f64x2.splat(0);
  let left = f64x2.splat(0);
  for (let k: usize = 0; k < <usize>depth * 4; k += 8) {
    const value = difference(row + k, mean + k);
    const nearest = f64x2.nearest(f64x2.mul(value, inverse));
    const rest = f64x2.sub(value, f64x2.mul(nearest, unit));
    squares = f64x2.add(squares, f64x2.mul(nearest, nearest));
    left = f64x2.add(left, f64x2.mul(rest, rest));
    const integers = i32x4.trunc_sat_f64x2_s_zero(nearest);
    i32.store(target, i32x4.extract_lane(i16x8.narrow_i32x4_s(integers, integers), 0));
    target += step;
  }
  f64.store(totals, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
  f64.store(totals, f64x2.extract_lane(left, 0) + f64x2.extract_lane(left, 1), 8);
}

/** A bound for the distance of a row from its integer copy: what is left over, and the rounding of the doubles that found it. */
export function integerError(leftSquares: f64, scale: f64, depth: i32): f64 {
  return (sqrt(leftSquares) + (scale * depth) / 1073741824) * 1.0001;
}

function difference(row: usize, mean: usize): v128 {
  return f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(row)), f64x2.promote_low_f32x4(v128.load64_zero(mean)));
}
