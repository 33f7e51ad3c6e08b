import { COLUMNS, COLUMNS_BYTES } from './panels';
import { LEAST_NORM, MOST_NORM, roundingOf, slackOf } from './prepare';
import { Query, QUERY_BYTES, Support } from './records';

// Support rows matched to each other. A pair has one distance and answers both of its rows, so each is measured once: rows stand in the order
// of their good class, a block of one class meets what stands behind it, and the columns are answered as well as the rows.

/** Columns that are measured before they are looked at. */
export const SPAN: i32 = COLUMNS;
export const SPAN_BYTES: usize = COLUMNS_BYTES;

/** What all threads read. A place is a row's position in the order; `answered` of them have good rows or nothing. */
@unmanaged
export class Mutual {
  support: usize;
  /** Both multiples of 8: classes are padded, so that every one begins with a panel. */
  places: i32;
  answered: i32;
  /** Row at each place, −1 for none `[places]`. */
  order: usize;
  /** Integer copies and their squared lengths, as those of the support but by place. */
  panels: usize;
  lengths: usize;
  /** Of each block: its first place, its rows (at most `block`, a multiple of 8 and of PANEL_QUERIES), and where its class ends. */
  blocks: usize;
  block: i32;
  /** Integer distances below which a good row certainly comes before the first that is not good, and beyond which it does not `[answered]`. */
  from: usize;
  to: usize;
  /** The first row that is not good: its distance and its number, Infinity and −1 for none `[answered]`. */
  badDistances: usize;
  badIndices: usize;
  /** A workroom for each thread. */
  rooms: usize;
  roomBytes: i32;
  roomCount: i32;
  /** Pairs that a room can note. */
  notes: i32;
  cap: i32;
  /** Results by row `[size]`. */
  similarities: usize;
  nearestDistances: usize;
  nearestIndices: usize;
  /** A query whose bounds hold for all rows. */
  bounds: usize;
}

/** What one thread knows: per place, the first row of a search so far, and how many good rows come before the first that is not. */
@unmanaged
export class Room {
  /** Integer distances up to which a row may be the first, from those this thread has seen `[answered]`. */
  near: usize;
  /** The first one of those that were looked up `[answered]`. */
  distances: usize;
  indices: usize;
  counts: usize;
  /** The last note about each place, −1 for none `[answered]`, and the notes. */
  heads: usize;
  notes: usize;
  noted: i32;
  /** Integers of a block in panels of PANEL_QUERIES, and its distances to a span `[block, SPAN]`. */
  panels: usize;
  sums: usize;
  /** Of the columns of a span: least distance, and whether any is open `[SPAN]`. */
  columnMinima: usize;
  columnOpen: usize;
  /** What stands for the columns where they are not answered `[SPAN]`: no limits, and counts that nobody reads. */
  noLimits: usize;
  noCounts: usize;
  /** The least distance of the row looked at last. */
  least: f32;
  /** Squared lengths of the columns, of which one can be made infinite. */
  lengths: usize;
  /** A centred row `[stride]`, and a list of rows, whether they are open, and their distances. */
  query: usize;
  list: usize;
  marks: usize;
  exact: usize;
}

/** A row that may be the first for a place, or is open: the place it stands at, the integer distance, and the note before it. */
export const NOTE_BYTES: usize = 12;
/** Rows that are looked up for a place at once. */
export const LISTED: i32 = 64;

const ROOM_RECORD: usize = 128;

export function mutualRoomBytes(mutual: usize): usize {
  const m = changetype<Mutual>(mutual);
  const s = changetype<Support>(m.support);
  const perPlace = <usize>m.answered * 20 + <usize>m.notes * NOTE_BYTES;
  const perBlock = <usize>m.block * (<usize>s.depth * 2 + SPAN_BYTES);
  return (ROOM_RECORD + perPlace + perBlock + 5 * SPAN_BYTES + <usize>s.stride * 4 + <usize>LISTED * 12 + 15) & ~15;
}

export function roomOf(m: Mutual, thread: i32): Room {
  return changetype<Room>(m.rooms + <usize>thread * m.roomBytes);
}

/**
 * Lays out the rooms and takes the bounds of the support for all rows: both rows of a pair are as far from their integers as any. Returns
 * whether these bounds hold; else nothing may be matched in this way.
 */
export function beginMutual(mutual: usize): bool {
  const m = changetype<Mutual>(mutual);
  const s = changetype<Support>(m.support);
  if (!s.isBounded || s.reach * s.reach < LEAST_NORM || 2 * s.reach * s.reach > MOST_NORM) return false;
  memory.fill(m.bounds, 0, QUERY_BYTES);
  const q = changetype<Query>(m.bounds);
  q.isBounded = 1;
  q.factor = <f32>(2 * s.scale * s.scale);
  q.error = 2 * s.error;
  q.slack = slackOf(2 * s.integerReach);
  q.rounding = roundingOf(s.stride, 2 * s.reach);
  for (let thread = 0; thread < m.roomCount; thread++) {
    const room = roomOf(m, thread);
    layOut(m, s, room);
    room.noted = 0;
  }
  for (let place: usize = 0; place < <usize>m.answered << 2; place += 4) {
    // In the search for rows that are not good nothing is open and nothing counts.
    f32.store(m.from + place, <f32>-Infinity);
    f32.store(m.to + place, <f32>-Infinity);
    for (let thread = 0; thread < m.roomCount; thread++) clearPlace(roomOf(m, thread), place, f32.MAX_VALUE);
  }
  return true;
}

/** Forgets all about a place; rows up to `near` may be its first. */
export function clearPlace(room: Room, offset: usize, near: f32): void {
  f32.store(room.near + offset, near);
  f32.store(room.distances + offset, <f32>Infinity);
  i32.store(room.indices + offset, -1);
  i32.store(room.counts + offset, 0);
  i32.store(room.heads + offset, -1);
}

function layOut(m: Mutual, s: Support, room: Room): void {
  const column = <usize>m.answered * 4;
  room.panels = changetype<usize>(room) + ROOM_RECORD;
  room.sums = room.panels + <usize>(m.block * s.depth) * 2;
  room.columnMinima = room.sums + <usize>m.block * SPAN_BYTES;
  room.columnOpen = room.columnMinima + SPAN_BYTES;
  room.noLimits = room.columnOpen + SPAN_BYTES;
  room.noCounts = room.noLimits + SPAN_BYTES;
  room.lengths = room.noCounts + SPAN_BYTES;
  room.query = room.lengths + SPAN_BYTES;
  room.list = room.query + <usize>s.stride * 4;
  room.marks = room.list + <usize>LISTED * 4;
  room.exact = room.marks + <usize>LISTED * 4;
  room.near = room.exact + <usize>LISTED * 4;
  room.distances = room.near + column;
  room.indices = room.distances + column;
  room.counts = room.indices + column;
  room.heads = room.counts + column;
  room.notes = room.heads + column;
  for (let at: usize = 0; at < SPAN_BYTES; at += 4) f32.store(room.noLimits + at, <f32>-Infinity);
}
