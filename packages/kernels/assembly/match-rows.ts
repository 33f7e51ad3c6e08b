/**
 * Similarity and nearest row of each query from its distances. Row j is good for prediction ŷ when goodClasses[j] == ŷ. Similarity is the
 * number of good rows before the first row that is not good, in (distance, index) order, at most `cap`; found without sorting.
 * `width` (a multiple of 8) is the padded length of a row of distances, of which `size` are real. All arrays are int32 but for distances.
 */
export function matchRows(
  distances: usize, width: i32, size: i32, goodClasses: usize, queries: i32, predictions: usize, exclusions: usize,
  cap: i32, similarities: usize, nearestDistances: usize, nearestIndices: usize,
): void {
  for (let query = 0; query < queries; query++) {
    const offset = <usize>query * 4;
    const row = distances + offset * width;
    for (let j = size; j < width; j++) f32.store(row + <usize>j * 4, <f32>Infinity);
    const excluded = i32.load(exclusions + offset);
    if (excluded >= 0) f32.store(row + <usize>excluded * 4, <f32>Infinity);
    const prediction = i32.load(predictions + offset);
    i32.store(similarities + offset, min(cap, similarity(row, width, goodClasses, prediction)));
    const nearest = leastDistance(row, width);
    f32.store(nearestDistances + offset, nearest);
    i32.store(nearestIndices + offset, firstAt(row, nearest));
  }
}

function similarity(row: usize, width: i32, goodClasses: usize, prediction: i32): i32 {
  const limit = leastBadDistance(row, width, goodClasses, prediction);
  if (limit > f32.MAX_VALUE) return countGood(row, width, goodClasses, prediction, limit);
  return (
    countGood(row, width, goodClasses, prediction, limit) + countGoodTies(row, goodClasses, prediction, limit)
  );
}

/** Good rows exactly `limit` away that come before the first such row that is not good (there is one). */
function countGoodTies(row: usize, goodClasses: usize, prediction: i32, limit: f32): i32 {
  let count = 0;
  let isGood = true;
  while (isGood) {
    if (f32.load(row) == limit) {
      isGood = i32.load(goodClasses) == prediction;
      count += i32(isGood);
    }
    row += 4;
    goodClasses += 4;
  }
  return count;
}

function leastDistance(row: usize, width: i32): f32 {
  let least = f32x4.splat(<f32>Infinity);
  for (let j = 0; j < width; j += 4) least = f32x4.pmin(least, v128.load(row + <usize>j * 4));
  return leastLane(least);
}

function leastBadDistance(row: usize, width: i32, goodClasses: usize, prediction: i32): f32 {
  const far = f32x4.splat(<f32>Infinity);
  const wanted = i32x4.splat(prediction);
  let least = far;
  for (let j = 0; j < width; j += 4) {
    const offset = <usize>j * 4;
    const good = i32x4.eq(v128.load(goodClasses + offset), wanted);
    least = f32x4.pmin(least, v128.bitselect(far, v128.load(row + offset), good));
  }
  return leastLane(least);
}

/** Good rows strictly closer than `limit`. */
function countGood(row: usize, width: i32, goodClasses: usize, prediction: i32, limit: f32): i32 {
  const limits = f32x4.splat(limit);
  const wanted = i32x4.splat(prediction);
  let count = i32x4.splat(0);
  for (let j = 0; j < width; j += 4) {
    const offset = <usize>j * 4;
    const good = i32x4.eq(v128.load(goodClasses + offset), wanted);
    count = i32x4.sub(count, v128.and(good, f32x4.lt(v128.load(row + offset), limits)));
  }
  return (
    i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) +
    i32x4.extract_lane(count, 3)
  );
}

function leastLane(lanes: v128): f32 {
  const low = min(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
  return min(low, min(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)));
}

function firstAt(row: usize, distance: f32): i32 {
  let index = 0;
  while (f32.load(row + <usize>index * 4) != distance) index++;
  return index;
}
