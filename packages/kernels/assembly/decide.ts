import { leastBeyond, mostDistance, mostWithin } from './bounds';
import { Query, Request, Support } from './records';
import { ALL, BAD, countGood, GOOD, least, listWithin } from './scan';
import { dotSupport } from './support-rows';

/**
 * Writes similarity and nearest row of query `index`. Row j is good for prediction ŷ when goodClasses[j] == ŷ; similarity is the number of
 * good rows before the first row that is not good, in (distance, index) order, at most the cap. `row` holds the distances of integer copies
 * (of a query that is not bounded: float32 distances). Float32 distances are computed only of rows the bounds cannot decide.
 * `list` and `exact` have room for all rows. `row` is as it was afterwards.
 */
export function decide(
  support: usize, query: usize, row: usize, request: usize, index: i32, list: usize, exact: usize,
): void {
  const s = changetype<Support>(support);
  const q = changetype<Query>(query);
  const r = changetype<Request>(request);
  const offset = <usize>index << 2;
  const prediction = i32.load(r.predictions + offset);
  const excluded = i32.load(r.exclusions + offset);
  const place = row + (<usize>max(excluded, 0) << 2);
  const kept = f32.load(place);
  if (excluded >= 0) f32.store(place, <f32>Infinity);
  const t = least(row, s.width, s.goodClasses, prediction, ALL);
  const nearest = firstWithin(s, q, row, prediction, ALL, t, list, exact);
  f32.store(r.nearestDistances + offset, f32.load(exact + (<usize>nearest << 2)));
  i32.store(r.nearestIndices + offset, i32.load(list + (<usize>nearest << 2)));
  i32.store(r.similarities + offset, min(r.cap, similarity(s, q, row, prediction, r.cap, list, exact)));
  f32.store(place, kept);
}

/** Lists every row of a kind that may be the first in (distance, index) order with its distance; returns the place of the first. */
function firstWithin(
  s: Support, q: Query, row: usize, prediction: i32, kind: i32, t: f32, list: usize, exact: usize,
): i32 {
  const to = q.isBounded ? leastBeyond(q, mostDistance(q, t)) : t;
  const count = listWithin(row, s.width, s.goodClasses, prediction, kind, -f32.MAX_VALUE, to, list, 0);
  distancesOf(s, q, row, list, count, exact);
  let first = 0;
  for (let i = 1; i < count; i++) {
    if (f32.load(exact + (<usize>i << 2)) < f32.load(exact + (<usize>first << 2))) first = i;
  }
  return first;
}

function similarity(s: Support, q: Query, row: usize, prediction: i32, cap: i32, list: usize, exact: usize): i32 {
  const t = least(row, s.width, s.goodClasses, prediction, BAD);
  if (t > f32.MAX_VALUE) return countGood(row, s.width, s.goodClasses, prediction, t);
  const first = <usize>firstWithin(s, q, row, prediction, BAD, t, list, exact) << 2;
  const limit = f32.load(exact + first);
  const bad = i32.load(list + first);
  const from = q.isBounded ? mostWithin(q, limit) : limit;
  const to = q.isBounded ? leastBeyond(q, limit) : limit;
  let count = countGood(row, s.width, s.goodClasses, prediction, from);
  if (count >= cap) return count;
  const open = listWithin(row, s.width, s.goodClasses, prediction, GOOD, from, to, list, 0);
  distancesOf(s, q, row, list, open, exact);
  for (let i: usize = 0; i < <usize>open << 2; i += 4) {
    const distance = f32.load(exact + i);
    count += i32(distance < limit || (distance == limit && i32.load(list + i) < bad));
  }
  return count;
}

/** Float32 distances of the listed rows. */
export function distancesOf(s: Support, q: Query, row: usize, list: usize, count: i32, exact: usize): void {
  if (!q.isBounded) {
    for (let i: usize = 0; i < <usize>count << 2; i += 4) {
      f32.store(exact + i, f32.load(row + (<usize>i32.load(list + i) << 2)));
    }
    return;
  }
  dotSupport(s, q.row, list, 0, count, exact);
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    f32.store(exact + i, squaredDistance(s, q.norm, i32.load(list + i), f32.load(exact + i)));
  }
}

/** Float32 distances of all rows `[width]`, Infinity beyond the support. Returns whether all are finite. */
export function allDistances(support: usize, query: usize, row: usize): bool {
  const s = changetype<Support>(support);
  const q = changetype<Query>(query);
  dotSupport(s, q.row, 0, 0, s.size, row);
  let difference: f32 = 0;
  for (let j = 0; j < s.width; j++) {
    const place = row + (<usize>j << 2);
    const distance = j < s.size ? squaredDistance(s, q.norm, j, f32.load(place)) : <f32>Infinity;
    if (j < s.size) difference += distance - distance;
    f32.store(place, distance);
  }
  return difference == 0;
}

/** Of row j and a row of squared norm `norm`. */
@inline
export function squaredDistance(s: Support, norm: f32, j: i32, product: f32): f32 {
  return max<f32>(0, norm + f32.load(s.norms + (<usize>j << 2)) - 2 * product);
}
