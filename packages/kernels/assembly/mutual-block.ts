import { paddedQueries, queryLane, QUERY_STEP, supportLane, SUPPORT_STEP } from './panels';
import { multiplyPanels } from './integer-product';
import { Mutual, Room, roomOf, SPAN } from './mutual';
import { BOTH, lookAtSpan, ROWS, ROWS_BUT_SELF } from './mutual-look';
import { Support } from './records';

/** Puts the integer copies of a chunk of places in order. */
export function orderChunk(mutual: usize, placesInChunk: i32, chunk: i32, _thread: i32): void {
  const m = changetype<Mutual>(mutual);
  const s = changetype<Support>(m.support);
  const pairs = <usize>s.depth >> 1;
  const end = min((chunk + 1) * placesInChunk, m.places);
  for (let place = chunk * placesInChunk; place < end; place++) {
    const row = i32.load(m.order + (<usize>place << 2));
    const target = supportLane(m.panels, pairs, place);
    const length = row < 0 ? <f32>Infinity : f32.load(s.lengths + (<usize>row << 2));
    f32.store(m.lengths + (<usize>place << 2), length);
    if (row < 0) for (let k: usize = 0; k < pairs; k++) i32.store(target + k * SUPPORT_STEP, 0);
    else copyLane(supportLane(s.panels, pairs, row), SUPPORT_STEP, target, SUPPORT_STEP, pairs);
  }
}

function copyLane(from: usize, fromStep: usize, to: usize, toStep: usize, pairs: usize): void {
  for (let k: usize = 0; k < pairs; k++) {
    i32.store(to, i32.load(from));
    from += fromStep;
    to += toStep;
  }
}

/**
 * Measures the pairs of a block with what stands behind it: with the rest of its class (`isKin`), whose rows are good for it, or with all
 * other rows, which are not.
 */
export function matchMutualBlock(mutual: usize, isKin: i32, firstBlock: i32, chunk: i32, thread: i32): void {
  const m = changetype<Mutual>(mutual);
  const room = roomOf(m, thread);
  const block = m.blocks + <usize>(firstBlock + chunk) * 12;
  const start = i32.load(block);
  const count = i32.load(block, 4);
  const end = i32.load(block, 8);
  packBlock(m, room, start, count);
  if (isKin) {
    const middle = min(start + m.block, end);
    measure(m, room, start, count, start, middle, ROWS_BUT_SELF);
    measure(m, room, start, count, middle, end, BOTH);
  } else {
    measure(m, room, start, count, end, m.answered, BOTH);
    measure(m, room, start, count, m.answered, m.places, ROWS);
  }
}

function packBlock(m: Mutual, room: Room, start: i32, count: i32): void {
  const pairs = <usize>changetype<Support>(m.support).depth >> 1;
  memory.fill(room.panels, 0, <usize>paddedQueries(count) * pairs * 4);
  for (let i = 0; i < count; i++) {
    const target = queryLane(room.panels, pairs, i);
    copyLane(supportLane(m.panels, pairs, start + i), SUPPORT_STEP, target, QUERY_STEP, pairs);
  }
}

function measure(m: Mutual, room: Room, start: i32, count: i32, from: i32, to: i32, kind: i32): void {
  const pairs = <usize>changetype<Support>(m.support).depth >> 1;
  for (let column = from; column < to; column += SPAN) {
    const width = min(SPAN, to - column);
    multiplyPanels(room.panels, paddedQueries(count), supportLane(m.panels, pairs, column), width, pairs, room.sums);
    lookAtSpan(m, room, start, count, column, width, kind);
  }
}
