import { leastBeyond, mostDistance, mostWithin } from './bounds';
import { distancesOf } from './decide';
import { Block, GRANULE, granuleDistances, granulesOf, minimaAt } from './granules';
import { Query, QUERY_BYTES, Support } from './records';
import { ALL, BAD, countGood, GOOD, listWithin } from './scan';

/** A search of a query: for the nearest row, or for the first that is not good. */
@unmanaged
export class Search {
  /** Integer distances up to which a row may be the one. */
  to: f32;
  /** The first row so far, by distance and number; Infinity and −1 without one. */
  distance: f32;
  index: i32;
  /** Rows in its list. */
  listed: i32;
}

/** How many good rows come before the first that is not good. */
@unmanaged
export class Count {
  /** Good rows below `from` do, those beyond `to` do not. */
  from: f32;
  to: f32;
  /** So far; at least `cap` when there are as many. */
  similarity: i32;
}

const NEAREST: i32 = 0;
const FIRST_BAD: i32 = 1;
const SEARCH_BYTES: usize = offsetof<Search>();
/** Two searches and a count. */
export const DECISION_BYTES: usize = 2 * SEARCH_BYTES + offsetof<Count>();
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

/** The nearest row of a decided query. */
export function nearestOf(d: Desk, i: i32): Search {
  return searchOf(d, i, NEAREST);
}

export function countOf(d: Desk, i: i32): Count {
  return changetype<Count>(d.decisions + <usize>i * DECISION_BYTES + 2 * SEARCH_BYTES);
}

function searchOf(d: Desk, i: i32, which: i32): Search {
  return changetype<Search>(d.decisions + <usize>i * DECISION_BYTES + <usize>which * SEARCH_BYTES);
}

/** Of a query that is not bounded nothing is listed and nothing counted. */
function begin(s: Support, b: Block, d: Desk, i: i32): void {
  const q = queryAt(b, i);
  for (let which = NEAREST; which <= FIRST_BAD; which++) {
    let least: f32 = Infinity;
    for (let granule = 0; granule < granulesOf(s); granule++) least = min(least, minimumOf(b, granule, i, which));
    const search = searchOf(d, i, which);
    search.to = q.isBounded && least <= f32.MAX_VALUE ? leastBeyond(q, mostDistance(q, least)) : <f32>-Infinity;
    search.distance = Infinity;
    search.index = -1;
    search.listed = 0;
  }
  countOf(d, i).similarity = q.isBounded ? 0 : d.cap;
}

function listCandidates(s: Support, b: Block, d: Desk, granule: i32, i: i32): void {
  const isNear = minimumOf(b, granule, i, NEAREST) <= searchOf(d, i, NEAREST).to;
  const isBad = minimumOf(b, granule, i, FIRST_BAD) <= searchOf(d, i, FIRST_BAD).to;
  if (!isNear && !isBad) return;
  const distances = granuleDistances(s, b, granule, i);
  if (isNear) listIn(s, b, d, granule, i, NEAREST, distances);
  if (isBad) listIn(s, b, d, granule, i, FIRST_BAD, distances);
}

/** Least integer distance of a granule to the rows that a search is for. */
function minimumOf(b: Block, granule: i32, i: i32, which: i32): f32 {
  return f32.load(minimaAt(b, granule, i) + (<usize>which << 2));
}

function listIn(s: Support, b: Block, d: Desk, granule: i32, i: i32, which: i32, distances: usize): void {
  const start = granule * GRANULE;
  const classes = s.goodClasses + <usize>start * 4;
  const width = min(GRANULE, s.width - start);
  const kind = which == NEAREST ? ALL : BAD;
  const search = searchOf(d, i, which);
  const list = listAt(d, i, which) + (<usize>search.listed << 2);
  const prediction = queryAt(b, i).prediction;
  search.listed += listWithin(distances, width, classes, prediction, kind, -f32.MAX_VALUE, search.to, list, start);
  if (search.listed > LISTED) takeFirst(s, b, d, i, which);
}

/** Takes listed rows, ascending, into the first one: of equals the earlier stays. */
function takeFirst(s: Support, b: Block, d: Desk, i: i32, which: i32): void {
  const search = searchOf(d, i, which);
  const list = listAt(d, i, which);
  distancesOf(s, queryAt(b, i), 0, list, search.listed, d.exact);
  for (let k: usize = 0; k < <usize>search.listed << 2; k += 4) {
    if (search.index >= 0 && !(f32.load(d.exact + k) < search.distance)) continue;
    search.distance = f32.load(d.exact + k);
    search.index = i32.load(list + k);
  }
  search.listed = 0;
}

/** Ends the searches; now it is known which good rows count. Without a row that is not good all of them do. */
function limit(s: Support, b: Block, d: Desk, i: i32): void {
  takeFirst(s, b, d, i, NEAREST);
  takeFirst(s, b, d, i, FIRST_BAD);
  const q = queryAt(b, i);
  const bad = searchOf(d, i, FIRST_BAD);
  const own = countOf(d, i);
  own.from = bad.index < 0 ? <f32>Infinity : mostWithin(q, bad.distance);
  own.to = bad.index < 0 ? <f32>Infinity : leastBeyond(q, bad.distance);
}

/** Counts the good rows of a granule that are certain and lists those that are open, unless there are enough. */
function countGranule(s: Support, b: Block, d: Desk, granule: i32, i: i32): void {
  const own = countOf(d, i);
  if (own.similarity >= d.cap || minimumOf(b, granule, i, NEAREST) > own.to) return;
  const distances = granuleDistances(s, b, granule, i);
  const start = granule * GRANULE;
  const width = min(GRANULE, s.width - start);
  const classes = s.goodClasses + <usize>start * 4;
  const prediction = queryAt(b, i).prediction;
  own.similarity += countGood(distances, width, classes, prediction, own.from);
  const nearest = searchOf(d, i, NEAREST); // has found its row, so its list is free
  const list = listAt(d, i, NEAREST) + (<usize>nearest.listed << 2);
  nearest.listed += listWithin(distances, width, classes, prediction, GOOD, own.from, own.to, list, start);
  if (nearest.listed > LISTED) takeGood(s, b, d, i);
}

/** Counts those of the open rows that come before the first row that is not good. */
function takeGood(s: Support, b: Block, d: Desk, i: i32): void {
  const own = countOf(d, i);
  const nearest = searchOf(d, i, NEAREST);
  const bad = searchOf(d, i, FIRST_BAD);
  const list = listAt(d, i, NEAREST);
  distancesOf(s, queryAt(b, i), 0, list, nearest.listed, d.exact);
  for (let k: usize = 0; k < <usize>nearest.listed << 2; k += 4) {
    const distance = f32.load(d.exact + k);
    own.similarity += i32(distance < bad.distance || (distance == bad.distance && i32.load(list + k) < bad.index));
  }
  nearest.listed = 0;
}

function queryAt(b: Block, i: i32): Query {
  return changetype<Query>(b.queries + <usize>i * QUERY_BYTES);
}

function listAt(d: Desk, i: i32, which: i32): usize {
  return d.lists + <usize>(2 * i + which) * LIST_BYTES;
}
