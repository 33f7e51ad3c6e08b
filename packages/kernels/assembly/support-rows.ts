import { dotRows } from './dot-rows';
import { Support } from './records';

/** Rows that are looked up at once. */
export const LOOKED_UP_ROWS: i32 = 64;

/**
 * Copies raw support rows, padded with zeros, to `target`: those of the numbers in `list`, or without a list `start` and those after it. The
 * caller of the module has them where they are kept anyway.
 */
// @ts-ignore: a decorator of AssemblyScript
@external("env", "fetchRows")
declare function fetchRows(list: usize, start: i32, count: i32, target: usize): void;

/** Number of the thread that this instance works for; every thread has room of its own for rows that are looked up. */
// @ts-ignore: a decorator of AssemblyScript
@external("env", "thread")
declare const thread: i32;

/** Where `count` centred rows from `start` on lie, one after another; at most LOOKED_UP_ROWS. Looked up, they are gone with the next ones. */
export function centredRows(s: Support, start: i32, count: i32): usize {
  return s.rows ? s.rows + <usize>start * s.stride * 4 : lookUp(s, 0, start, count);
}

/** out[i] = query · row i of the list, or row start + i without one. */
export function dotSupport(s: Support, query: usize, list: usize, start: i32, count: i32, out: usize): void {
  const rowBytes = <usize>s.stride << 2;
  if (s.rows) {
    dotRows(query, s.rows, rowBytes, s.stride, list, start, count, out);
    return;
  }
  for (let i = 0; i < count; i += LOOKED_UP_ROWS) {
    const some = min(LOOKED_UP_ROWS, count - i);
    const offset = <usize>i << 2;
    const rows = lookUp(s, list ? list + offset : 0, start + i, some);
    dotRows(query, rows, rowBytes, s.stride, 0, 0, some, out + offset);
  }
}

export function centre(from: usize, origin: usize, stride: i32, to: usize): void {
  for (let k: usize = 0; k < <usize>stride * 4; k += 16) {
    v128.store(to + k, f32x4.sub(v128.load(from + k), v128.load(origin + k)));
  }
}

function lookUp(s: Support, list: usize, start: i32, count: i32): usize {
  const rowBytes = <usize>s.stride << 2;
  const room = s.room + <usize>(thread * LOOKED_UP_ROWS) * rowBytes;
  fetchRows(list, start, count, room);
  for (let row = room; row < room + <usize>count * rowBytes; row += rowBytes) centre(row, s.origin, s.stride, row);
  return room;
}
