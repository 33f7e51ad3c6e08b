import { COLUMNS_BYTES, PANEL_QUERIES, QUERY_STEP, SUPPORT_STEP } from './panels';

/**
 * Sums of products of the integers of `count` queries (a multiple of PANEL_QUERIES) and of `columns` support rows (a multiple of 8, at most
 * COLUMNS), exactly. Every support panel, which stays in the first cache, meets every panel of queries.
 */
export function multiplyPanels(
  queries: usize, count: i32, panels: usize, columns: i32, pairs: usize, sums: usize,
): void {
  for (let column = 0; column < columns; column += 8) {
    let target = sums + <usize>column * 4;
    let panel = queries;
    for (let query = 0; query < count; query += PANEL_QUERIES) {
      multiplyIntegers(panel, panels, pairs, target);
      panel += pairs * QUERY_STEP;
      target += <usize>PANEL_QUERIES * COLUMNS_BYTES;
    }
    panels += pairs * SUPPORT_STEP;
  }
}

/** Sums of products of a panel of queries and of 8 support rows; a function of its own, so that its loop has all registers. */
export function multiplyIntegers(a: usize, b: usize, pairs: usize, sums: usize): void {
  let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00;
  // Changes nothing, but V8 then knows that the upper halves of the addresses are zero, and need not clear them at every step.
  a &= ~3;
  b &= ~3;
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
    const a4 = v128.load32_splat(a, 16);
    c40 = i32x4.add(c40, i32x4.dot_i16x8_s(a4, b0));
    c41 = i32x4.add(c41, i32x4.dot_i16x8_s(a4, b1));
    a += QUERY_STEP;
    b += SUPPORT_STEP;
  }
  v128.store(sums, c00);
  v128.store(sums, c01, 16);
  sums += COLUMNS_BYTES;
  v128.store(sums, c10);
  v128.store(sums, c11, 16);
  sums += COLUMNS_BYTES;
  v128.store(sums, c20);
  v128.store(sums, c21, 16);
  sums += COLUMNS_BYTES;
  v128.store(sums, c30);
  v128.store(sums, c31, 16);
  sums += COLUMNS_BYTES;
  v128.store(sums, c40);
  v128.store(sums, c41, 16);
}
