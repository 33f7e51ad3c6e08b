import { Query, QUERY_BYTES, Support } from './records';

/** Bytes of two numbers of a panel of 4 queries and of 8 support rows. */
export const QUERY_STEP: usize = 16;
export const SUPPORT_STEP: usize = 32;

/**
 * Squared distances between integer copies, `[count, width]`: every support panel, which stays in the first cache, meets every panel of four
 * queries. `count` is a multiple of 4.
 */
export function integerDistances(s: Support, queries: usize, panels: usize, count: i32, distances: usize): void {
  const pairs = <usize>s.stride >> 1;
  const rowBytes = <usize>s.width * 4;
  for (let column = 0; column < s.width; column += 8) {
    const b = s.panels + <usize>(column >> 3) * pairs * SUPPORT_STEP;
    const lengths = s.lengths + <usize>column * 4;
    for (let row = 0; row < count; row += 4) {
      const a = panels + <usize>(row >> 2) * pairs * QUERY_STEP;
      const target = distances + <usize>row * rowBytes + <usize>column * 4;
      integerTile(a, b, pairs, queries + <usize>row * QUERY_BYTES, lengths, target, rowBytes);
    }
  }
}

/** The same for one query (its integers in order) and the support panels of one chunk. */
export function measureChunk(
  support: usize, query: usize, integers: usize, distances: usize, panelsInChunk: i32, chunk: i32, _thread: i32,
): void {
  const s = changetype<Support>(support);
  const pairs = <usize>s.stride >> 1;
  const end = min((chunk + 1) * panelsInChunk, s.width >> 3);
  for (let panel = chunk * panelsInChunk; panel < end; panel++) {
    let b = s.panels + <usize>panel * pairs * SUPPORT_STEP;
    let low = i32x4.splat(0), high = low;
    const stop = integers + pairs * 4;
    for (let a = integers; a < stop; a += 4) {
      const pair = v128.load32_splat(a);
      low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load(b)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load(b, 16)));
      b += SUPPORT_STEP;
    }
    const at = <usize>panel * 32;
    finish(query, low, high, s.lengths + at, distances + at);
  }
}

function integerTile(
  a: usize, b: usize, pairs: usize, queries: usize, lengths: usize, target: usize, rowBytes: usize,
): void {
  let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = a + pairs * QUERY_STEP;
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(a0, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(a0, b1));
    const a1 = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(a1, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(a1, b1));
    const a2 = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(a2, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(a2, b1));
    const a3 = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(a3, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(a3, b1));
    a += QUERY_STEP;
    b += SUPPORT_STEP;
  }
  finish(queries, c00, c01, lengths, target);
  finish(queries + QUERY_BYTES, c10, c11, lengths, target + rowBytes);
  finish(queries + 2 * QUERY_BYTES, c20, c21, lengths, target + 2 * rowBytes);
  finish(queries + 3 * QUERY_BYTES, c30, c31, lengths, target + 3 * rowBytes);
}

/** |q|² + |p|² − 2 q·p in float32, from exact integers. */
@inline
function finish(query: usize, low: v128, high: v128, lengths: usize, target: usize): void {
  const q = changetype<Query>(query);
  const length = f32x4.splat(q.length);
  const factor = f32x4.splat(q.factor);
  const first = f32x4.mul(factor, f32x4.convert_i32x4_s(low));
  const second = f32x4.mul(factor, f32x4.convert_i32x4_s(high));
  v128.store(target, f32x4.sub(f32x4.add(length, v128.load(lengths)), first));
  v128.store(target, f32x4.sub(f32x4.add(length, v128.load(lengths, 16)), second), 16);
}
