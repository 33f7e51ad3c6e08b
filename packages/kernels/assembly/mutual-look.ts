import { leastBeyond, mostDistance } from './bounds';
import { squared } from './granules';
import { Mutual, NOTE_BYTES, Room, SPAN, SPAN_BYTES } from './mutual';
import { settleNotes } from './mutual-settle';
import { Query } from './records';
import { leastLane, sumLanes } from './scan';

/** How a span is looked at: its rows alone, its rows without themselves, or its columns as well. */
export const ROWS: i32 = 0;
export const ROWS_BUT_SELF: i32 = 1;
export const BOTH: i32 = 2;

/** Answers the rows of a block, and the columns too if they are to be, from the sums of a span. */
export function lookAtSpan(m: Mutual, room: Room, start: i32, count: i32, column: i32, width: i32, kind: i32): void {
  const bytes = <usize>width << 2;
  memory.copy(room.lengths, m.lengths + (<usize>column << 2), bytes);
  for (let at: usize = 0; at < SPAN_BYTES; at += 16) {
    v128.store(room.columnMinima + at, f32x4.splat(<f32>Infinity));
    v128.store(room.columnOpen + at, i32x4.splat(0));
  }
  for (let i = 0; i < count; i++) {
    const own = room.lengths + (<usize>(start + i - column) << 2);
    const length = f32.load(m.lengths + (<usize>(start + i) << 2));
    if (kind == ROWS_BUT_SELF) f32.store(own, <f32>Infinity);
    const isOpen = lookAtRow(m, room, start + i, i, column, bytes, kind == BOTH);
    if (kind == ROWS_BUT_SELF) f32.store(own, length);
    if (isOpen || room.least <= nearOf(room, start + i)) noteRow(m, room, start + i, i, column, bytes);
  }
  if (kind != BOTH) return;
  for (let j = 0; j < width; j++) {
    const at = <usize>j << 2;
    const least = f32.load(room.columnMinima + at);
    if (i32.load(room.columnOpen + at) == 0 && least > nearOf(room, column + j)) continue;
    noteColumn(m, room, column + j, j, start, count, least);
  }
}

/**
 * Makes distances of the sums of a row, in their place, and takes minima and counts, by row and by column. Returns whether a pair is open
 * for the row, and leaves its least distance in the room.
 */
function lookAtRow(m: Mutual, room: Room, place: i32, i: i32, column: i32, bytes: usize, answersColumns: bool): bool {
  const offset = <usize>place << 2;
  const row = room.sums + <usize>i * SPAN_BYTES;
  const lengths = room.lengths, columnMinima = room.columnMinima, columnOpen = room.columnOpen;
  const columnOffset = <usize>column << 2;
  const columnFrom = answersColumns ? m.from + columnOffset : room.noLimits;
  const columnTo = answersColumns ? m.to + columnOffset : room.noLimits;
  const columnCounts = answersColumns ? room.counts + columnOffset : room.noCounts;
  const length = v128.load32_splat(m.lengths + offset), factor = f32x4.splat(changetype<Query>(m.bounds).factor);
  const from = v128.load32_splat(m.from + offset), to = v128.load32_splat(m.to + offset);
  let near = f32x4.splat(<f32>Infinity), count = i32x4.splat(0), open = count;
  for (let at: usize = 0; at < bytes; at += 16) {
    const distances = squared(length, factor, v128.load(row + at), v128.load(lengths + at));
    v128.store(row + at, distances);
    near = f32x4.pmin(near, distances);
    const isBefore = f32x4.lt(distances, from);
    count = i32x4.sub(count, isBefore);
    open = v128.or(open, v128.andnot(f32x4.le(distances, to), isBefore));
    const isBeforeColumn = f32x4.lt(distances, v128.load(columnFrom + at));
    v128.store(columnCounts + at, i32x4.sub(v128.load(columnCounts + at), isBeforeColumn));
    const isOpen = v128.andnot(f32x4.le(distances, v128.load(columnTo + at)), isBeforeColumn);
    v128.store(columnOpen + at, v128.or(v128.load(columnOpen + at), isOpen));
    v128.store(columnMinima + at, f32x4.pmin(v128.load(columnMinima + at), distances));
  }
  const total = room.counts + offset;
  i32.store(total, i32.load(total) + sumLanes(count));
  room.least = leastLane(near);
  return v128.any_true(open);
}

/** Notes the columns of a span that may be the first for a row, or are open. */
function noteRow(m: Mutual, room: Room, place: i32, i: i32, column: i32, bytes: usize): void {
  const offset = <usize>place << 2;
  const row = room.sums + <usize>i * SPAN_BYTES;
  const near = f32x4.splat(tighten(m, room, place, room.least));
  const from = v128.load32_splat(m.from + offset), to = v128.load32_splat(m.to + offset);
  makeRoomForNotes(m, room, SPAN);
  for (let at: usize = 0; at < bytes; at += 16) {
    const distances = v128.load(row + at);
    const isOpen = v128.and(f32x4.ge(distances, from), f32x4.le(distances, to));
    let bits = i32x4.bitmask(v128.or(f32x4.le(distances, near), isOpen));
    while (bits) {
      const lane = <usize>ctz(bits) << 2;
      note(room, place, column + <i32>((at + lane) >> 2), f32.load(row + at + lane));
      bits &= bits - 1;
    }
  }
}

/** Notes the rows of a block that may be the first for a column, or are open. */
function noteColumn(m: Mutual, room: Room, place: i32, j: i32, start: i32, count: i32, least: f32): void {
  const offset = <usize>place << 2;
  const near = tighten(m, room, place, least);
  const from = f32.load(m.from + offset), to = f32.load(m.to + offset);
  makeRoomForNotes(m, room, count);
  let at = room.sums + (<usize>j << 2);
  for (let i = 0; i < count; i++) {
    const distance = f32.load(at);
    if (distance <= near || (distance >= from && distance <= to)) note(room, place, start + i, distance);
    at += SPAN_BYTES;
  }
}

function nearOf(room: Room, place: i32): f32 {
  return f32.load(room.near + (<usize>place << 2));
}

/** Lowers, if it can, the distance up to which a row may be the first for a place, now that one lies at `least`. */
function tighten(m: Mutual, room: Room, place: i32, least: f32): f32 {
  const before = nearOf(room, place);
  if (least >= before) return before;
  const q = changetype<Query>(m.bounds);
  const near = min(before, leastBeyond(q, mostDistance(q, least)));
  f32.store(room.near + (<usize>place << 2), near);
  return near;
}

function makeRoomForNotes(m: Mutual, room: Room, wanted: i32): void {
  if (room.noted + wanted > m.notes) settleNotes(m, room);
}

function note(room: Room, place: i32, other: i32, distance: f32): void {
  const at = room.notes + <usize>room.noted * NOTE_BYTES;
  const head = room.heads + (<usize>place << 2);
  i32.store(at, other);
  f32.store(at, distance, 4);
  i32.store(at, i32.load(head), 8);
  i32.store(head, room.noted);
  room.noted++;
}
