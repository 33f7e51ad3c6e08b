import { leastBeyond, mostDistance, mostWithin } from './bounds';
import { distancesOf } from './decide';
import { Block, GRANULE, granuleDistances, granulesOf, minimaAt } from './granules';
import { Query, QUERY_BYTES, Support } from './records';
import { ALL, BAD, countGood, GOOD, listWithin } from './scan';

/** Where a query of a block stands. */
@unmanaged
export class Decision {
  /** Integer distances up to which a row may be the nearest one, and the first that is not good. */
  nearestTo: f32;
  badTo: f32;
  nearestDistance: f32;
  nearestIndex: i32;
  /** The first row that is not good; Infinity and −1 without one. */
  badDistance: f32;
  badIndex: i32;
  /** Good rows below `from` come before it, those beyond `to` do not. */
  from: f32;
  to: f32;
  /** Good rows before it so far, at least `cap` when there are as many. */
  similarity: i32;
  /** Rows in the lists. */
  listed: i32;
  badListed: i32;
}

export const DECISION_BYTES: usize = offsetof<Decision>();
/** Rows that are listed before their float32 distances are computed. */
const LISTED: i32 = 64;
/** Room for a list: a whole granule may come to one that is almost full. */
export const LIST_BYTES: usize = <usize>(LISTED + GRANULE) * 4;

/** Where decisions are made. */
@unmanaged
export class Desk {
  /** `[count]` */
  decisions: usize;
  /** Two lists a query. */
  lists: usize;
  /** Room for the distances of a list. */
  exact: usize;
  cap: i32;
}

/**
 * Decides every bounded query of a surveyed block: the nearest row, the first that is not good, and how many good rows come before that. The
 * block goes over the granules together, so that one that has to be measured again is read once for all.
 */
export function decideBlock(s: Support, b: Block, d: Desk, count: i32): void {
  for (let i = 0; i < count; i++) begin(s, b, d, i);
  for (let granule = 0; granule < granulesOf(s); granule++) {
    for (let i = 0; i < count; i++) listCandidates(s, b, d, granule, i);
  }
  for (let i = 0; i < count; i++) limit(s, b, d, i);
  for (let granule = 0; granule < granulesOf(s); granule++) {
    for (let i = 0; i < count; i++) countGranule(s, b, d, granule, i);
  }
  for (let i = 0; i < count; i++) takeGood(s, b, d, i);
}

export function decisionAt(d: Desk, i: i32): Decision {
  return changetype<Decision>(d.decisions + <usize>i * DECISION_BYTES);
}

/** Of a query that is not bounded nothing is listed and nothing counted. */
function begin(s: Support, b: Block, d: Desk, i: i32): void {
  const q = queryAt(b, i);
  const own = decisionAt(d, i);
  let nearest: f32 = Infinity, bad: f32 = Infinity;
  for (let granule = 0; granule < granulesOf(s); granule++) {
    nearest = min(nearest, f32.load(minimaAt(b, granule, i)));
    bad = min(bad, f32.load(minimaAt(b, granule, i), 4));
  }
  own.nearestTo = q.isBounded ? leastBeyond(q, mostDistance(q, nearest)) : <f32>-Infinity;
  own.badTo = q.isBounded && bad <= f32.MAX_VALUE ? leastBeyond(q, mostDistance(q, bad)) : <f32>-Infinity;
  own.nearestDistance = Infinity;
  own.nearestIndex = -1;
  own.badDistance = Infinity;
  own.badIndex = -1;
  own.similarity = q.isBounded ? 0 : d.cap;
  own.listed = 0;
  own.badListed = 0;
}

function listCandidates(s: Support, b: Block, d: Desk, granule: i32, i: i32): void {
  const own = decisionAt(d, i);
  const minima = minimaAt(b, granule, i);
  const isNear = f32.load(minima) <= own.nearestTo;
  const isBad = f32.load(minima, 4) <= own.badTo;
  if (!isNear && !isBad) return;
  const distances = granuleDistances(s, b, granule, i);
  if (isNear) {
    own.listed += listIn(s, b, granule, i, distances, ALL, own.nearestTo, listAt(d, i, 0) + (<usize>own.listed << 2));
    if (own.listed > LISTED) takeNearest(s, b, d, i);
  }
  if (isBad) {
    own.badListed += listIn(s, b, granule, i, distances, BAD, own.badTo, listAt(d, i, 1) + (<usize>own.badListed << 2));
    if (own.badListed > LISTED) takeBad(s, b, d, i);
  }
}

function listIn(
  s: Support, b: Block, granule: i32, i: i32, distances: usize, kind: i32, to: f32, list: usize,
): i32 {
  const start = granule * GRANULE;
  const classes = s.goodClasses + <usize>start * 4;
  const prediction = queryAt(b, i).prediction;
  return listWithin(
    distances, min(GRANULE, s.width - start), classes, prediction, kind, -f32.MAX_VALUE, to, list, start,
  );
}

/** Takes listed rows, ascending, into the nearest one: the first of equals stays. */
function takeNearest(s: Support, b: Block, d: Desk, i: i32): void {
  const own = decisionAt(d, i);
  const list = listAt(d, i, 0);
  distancesOf(s, queryAt(b, i), 0, list, own.listed, d.exact);
  for (let k: usize = 0; k < <usize>own.listed << 2; k += 4) {
    if (own.nearestIndex >= 0 && !(f32.load(d.exact + k) < own.nearestDistance)) continue;
    own.nearestDistance = f32.load(d.exact + k);
    own.nearestIndex = i32.load(list + k);
  }
  own.listed = 0;
}

function takeBad(s: Support, b: Block, d: Desk, i: i32): void {
  const own = decisionAt(d, i);
  const list = listAt(d, i, 1);
  distancesOf(s, queryAt(b, i), 0, list, own.badListed, d.exact);
  for (let k: usize = 0; k < <usize>own.badListed << 2; k += 4) {
    if (own.badIndex >= 0 && !(f32.load(d.exact + k) < own.badDistance)) continue;
    own.badDistance = f32.load(d.exact + k);
    own.badIndex = i32.load(list + k);
  }
  own.badListed = 0;
}

/** Ends the lists; now it is known which good rows count. Without a row that is not good all of them do. */
function limit(s: Support, b: Block, d: Desk, i: i32): void {
  const q = queryAt(b, i);
  const own = decisionAt(d, i);
  takeNearest(s, b, d, i);
  takeBad(s, b, d, i);
  own.from = own.badIndex < 0 ? <f32>Infinity : mostWithin(q, own.badDistance);
  own.to = own.badIndex < 0 ? <f32>Infinity : leastBeyond(q, own.badDistance);
}

/** Counts the good rows of a granule that are certain and lists those that are open, unless there are enough. */
function countGranule(s: Support, b: Block, d: Desk, granule: i32, i: i32): void {
  const own = decisionAt(d, i);
  if (own.similarity >= d.cap || f32.load(minimaAt(b, granule, i)) > own.to) return;
  const distances = granuleDistances(s, b, granule, i);
  const start = granule * GRANULE;
  const width = min(GRANULE, s.width - start);
  const classes = s.goodClasses + <usize>start * 4;
  const prediction = queryAt(b, i).prediction;
  own.similarity += countGood(distances, width, classes, prediction, own.from);
  const list = listAt(d, i, 0) + (<usize>own.listed << 2);
  own.listed += listWithin(distances, width, classes, prediction, GOOD, own.from, own.to, list, start);
  if (own.listed > LISTED) takeGood(s, b, d, i);
}

/** Counts those of the open rows that come before the first row that is not good. */
function takeGood(s: Support, b: Block, d: Desk, i: i32): void {
  const own = decisionAt(d, i);
  const list = listAt(d, i, 0);
  distancesOf(s, queryAt(b, i), 0, list, own.listed, d.exact);
  for (let k: usize = 0; k < <usize>own.listed << 2; k += 4) {
    const distance = f32.load(d.exact + k);
    own.similarity += i32(
      distance < own.badDistance || (distance == own.badDistance && i32.load(list + k) < own.badIndex),
    );
  }
  own.listed = 0;
}

function queryAt(b: Block, i: i32): Query {
  return changetype<Query>(b.queries + <usize>i * QUERY_BYTES);
}

function listAt(d: Desk, i: i32, which: i32): usize {
  return d.lists + <usize>(2 * i + which) * LIST_BYTES;
}
