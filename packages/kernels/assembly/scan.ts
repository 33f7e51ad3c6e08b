// Passes over one row of distances. Rows that do not count are at Infinity.

/** Which rows a scan takes: all, those good for the prediction, or the others. */
export const ALL: i32 = 0;
export const GOOD: i32 = 1;
export const BAD: i32 = 2;

@inline
function taken(goodClasses: usize, prediction: v128, kind: i32): v128 {
  if (kind == ALL) return i32x4.splat(-1);
  const good = i32x4.eq(v128.load(goodClasses), prediction);
  return kind == GOOD ? good : v128.not(good);
}

/** The smallest distance of a kind of rows; Infinity where there is none. */
export function least(row: usize, width: i32, goodClasses: usize, prediction: i32, kind: i32): f32 {
  const far = f32x4.splat(<f32>Infinity);
  const wanted = i32x4.splat(prediction);
  let lanes = far;
  for (let offset: usize = 0; offset < <usize>width * 4; offset += 4 * 4) {
    const mask = taken(goodClasses + offset, wanted, kind);
    lanes = f32x4.pmin(lanes, v128.bitselect(v128.load(row + offset), far, mask));
  }
  return leastLane(lanes);
}

export function leastLane(lanes: v128): f32 {
  const low = min(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
  return min(low, min(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)));
}

/** Good rows strictly closer than `limit`. */
export function countGood(row: usize, width: i32, goodClasses: usize, prediction: i32, limit: f32): i32 {
  const limits = f32x4.splat(limit);
  const wanted = i32x4.splat(prediction);
  let count = i32x4.splat(0);
  for (let offset: usize = 0; offset < <usize>width * 4; offset += 4 * 4) {
    const good = i32x4.eq(v128.load(goodClasses + offset), wanted);
    count = i32x4.sub(count, v128.and(good, f32x4.lt(v128.load(row + offset), limits)));
  }
  return sumLanes(count);
}

export function sumLanes(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/** Lists the rows of a kind with a finite distance in [from, to], ascending, by number from `first` on. Returns how many. */
export function listWithin(
  row: usize, width: i32, goodClasses: usize, prediction: i32, kind: i32, from: f32, to: f32, list: usize, first: i32,
): i32 {
  const low = f32x4.splat(from);
  const high = f32x4.splat(min(to, f32.MAX_VALUE));
  const wanted = i32x4.splat(prediction);
  let count = 0;
  for (let j = 0; j < width; j += 4) {
    const offset = <usize>j * 4;
    const distances = v128.load(row + offset);
    const within = v128.and(f32x4.ge(distances, low), f32x4.le(distances, high));
    if (!v128.any_true(within)) continue;
    let bits = i32x4.bitmask(v128.and(within, taken(goodClasses + offset, wanted, kind)));
    while (bits) {
      i32.store(list + (<usize>count << 2), first + j + ctz(bits));
      bits &= bits - 1;
      count++;
    }
  }
  return count;
}
