import { leastBeyond, mostWithin } from './bounds';
import { squaredDistance } from './decide';
import { clearPlace, LISTED, Mutual, NOTE_BYTES, Room, roomOf } from './mutual';
import { Query, Support } from './records';
import { centredRows, dotSupport } from './support-rows';

/** Looks up all rows that a room has noted, and forgets the notes. */
export function settleNotes(m: Mutual, room: Room): void {
  for (let place = 0; place < m.answered; place++) {
    const offset = <usize>place << 2;
    if (i32.load(room.heads + offset) < 0) continue;
    fetchQuery(m, room, place);
    settlePlace(m, room, room, place);
    i32.store(room.heads + offset, -1);
  }
  room.noted = 0;
}

/** Writes, for a chunk of places, the first row that is not good, and which good rows come before it; makes the rooms ready to count them. */
export function settleBad(mutual: usize, placesInChunk: i32, chunk: i32, thread: i32): void {
  const m = changetype<Mutual>(mutual);
  const q = changetype<Query>(m.bounds);
  const own = roomOf(m, thread);
  const end = min((chunk + 1) * placesInChunk, m.answered);
  for (let place = chunk * placesInChunk; place < end; place++) {
    const offset = <usize>place << 2;
    gather(m, own, place);
    const distance = f32.load(own.distances + offset);
    const index = i32.load(own.indices + offset);
    f32.store(m.badDistances + offset, distance);
    i32.store(m.badIndices + offset, index);
    const to = index < 0 ? f32.MAX_VALUE : leastBeyond(q, distance);
    f32.store(m.from + offset, index < 0 ? <f32>Infinity : mostWithin(q, distance));
    f32.store(m.to + offset, to);
    for (let i = 0; i < m.roomCount; i++) clearPlace(roomOf(m, i), offset, to);
  }
  // Nobody asks how many there are while they are read.
  if (chunk == 0) for (let i = 0; i < m.roomCount; i++) roomOf(m, i).noted = 0;
}

/** Writes the results of a chunk of places. */
export function settleGood(mutual: usize, placesInChunk: i32, chunk: i32, thread: i32): void {
  const m = changetype<Mutual>(mutual);
  const own = roomOf(m, thread);
  const end = min((chunk + 1) * placesInChunk, m.answered);
  for (let place = chunk * placesInChunk; place < end; place++) {
    const offset = <usize>place << 2;
    const row = i32.load(m.order + offset);
    if (row < 0) continue;
    gather(m, own, place);
    take(own, offset, f32.load(m.badDistances + offset), i32.load(m.badIndices + offset));
    const target = <usize>row << 2;
    f32.store(m.nearestDistances + target, f32.load(own.distances + offset));
    i32.store(m.nearestIndices + target, i32.load(own.indices + offset));
    i32.store(m.similarities + target, min(m.cap, i32.load(own.counts + offset)));
  }
}

/** Brings together in one room what all know of a place, and looks up what they have noted. Nobody else reads or writes it at that time. */
function gather(m: Mutual, own: Room, place: i32): void {
  const offset = <usize>place << 2;
  let near = f32.load(own.near + offset);
  let isNoted = false;
  for (let i = 0; i < m.roomCount; i++) {
    const room = roomOf(m, i);
    near = min(near, f32.load(room.near + offset));
    isNoted = isNoted || i32.load(room.heads + offset) >= 0;
    if (room == own) continue;
    take(own, offset, f32.load(room.distances + offset), i32.load(room.indices + offset));
    i32.store(own.counts + offset, i32.load(own.counts + offset) + i32.load(room.counts + offset));
  }
  if (!isNoted) return;
  f32.store(own.near + offset, near);
  fetchQuery(m, own, place);
  for (let i = 0; i < m.roomCount; i++) settlePlace(m, own, roomOf(m, i), place);
}

/** Looks up the rows that `noted` has noted about a place. */
function settlePlace(m: Mutual, own: Room, noted: Room, place: i32): void {
  const offset = <usize>place << 2;
  const near = f32.load(own.near + offset);
  const from = f32.load(m.from + offset), to = f32.load(m.to + offset);
  let listed = 0;
  for (let number = i32.load(noted.heads + offset); number >= 0; ) {
    const note = noted.notes + <usize>number * NOTE_BYTES;
    number = i32.load(note, 8);
    const distance = f32.load(note, 4);
    const isOpen = distance >= from && distance <= to;
    if (!isOpen && distance > near) continue;
    const row = i32.load(m.order + (<usize>i32.load(note) << 2));
    i32.store(own.list + (<usize>listed << 2), row);
    i32.store(own.marks + (<usize>listed << 2), i32(isOpen));
    if (++listed < LISTED) continue;
    lookUp(m, own, place, listed);
    listed = 0;
  }
  lookUp(m, own, place, listed);
}

/** Float32 distances of listed rows: the first of them may be the first, and open ones count that come before the first that is not good. */
function lookUp(m: Mutual, own: Room, place: i32, listed: i32): void {
  const s = changetype<Support>(m.support);
  const offset = <usize>place << 2;
  const norm = f32.load(s.norms + (<usize>i32.load(m.order + offset) << 2));
  const limit = f32.load(m.badDistances + offset);
  const bad = i32.load(m.badIndices + offset);
  dotSupport(s, own.query, own.list, 0, listed, own.exact);
  let count = i32.load(own.counts + offset);
  for (let k: usize = 0; k < <usize>listed << 2; k += 4) {
    const row = i32.load(own.list + k);
    const distance = squaredDistance(s, norm, row, f32.load(own.exact + k));
    take(own, offset, distance, row);
    count += i32(i32.load(own.marks + k) && (distance < limit || (distance == limit && row < bad)));
  }
  i32.store(own.counts + offset, count);
}

function fetchQuery(m: Mutual, room: Room, place: i32): void {
  const s = changetype<Support>(m.support);
  const row = centredRows(s, i32.load(m.order + (<usize>place << 2)), 1);
  memory.copy(room.query, row, <usize>s.stride << 2);
}

/** A row that comes before the first so far, by distance and number, takes its place. */
function take(room: Room, offset: usize, distance: f32, index: i32): void {
  const first = i32.load(room.indices + offset);
  const least = f32.load(room.distances + offset);
  if (index < 0 || (first >= 0 && !(distance < least || (distance == least && index < first)))) return;
  f32.store(room.distances + offset, distance);
  i32.store(room.indices + offset, index);
}
