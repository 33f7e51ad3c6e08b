// The register tiles: 5 or 4 rows × 8 columns of C. Each element is a sum over depth in ascending order, rounded as `addProduct` does, so its
// bits do not depend on where it lies in a tile.
import { addProduct } from './add-product';

/** Columns of a packed panel of B. */
export const TILE_COLUMNS: i32 = 8;
/** Bytes of one depth step of a packed panel of B, and of a row of a tile by itself. */
export const B_STEP: usize = 32;
/** Depth of a block: a panel of B (8 kB) stays in the first cache. */
export const DEPTH_BLOCK: i32 = 256;

/** Rows of the next tile where `rows` are left. Fives do more for each load; with fours behind them, 12 rows or more leave no row of a tile empty. */
export function tileRows(rows: i32): i32 {
  return 4 * ((rows + 4) / 5) < rows ? 5 : 4;
}

/**
 * C tile = (first ? 0 : C tile) + A panel · B panel over `depth`. `rowBytes` is the distance between rows of C. A function of its own, so
 * that its loop has all registers.
 */
export function multiplyFive(a: usize, b: usize, c: usize, rowBytes: usize, depth: i32, first: bool): void {
  const row1 = c + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  const row4 = row3 + rowBytes;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00;
  if (!first) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(row1);
    c11 = v128.load(row1, 16);
    c20 = v128.load(row2);
    c21 = v128.load(row2, 16);
    c30 = v128.load(row3);
    c31 = v128.load(row3, 16);
    c40 = v128.load(row4);
    c41 = v128.load(row4, 16);
  }
  // Changes nothing, but V8 then knows that the upper halves of the addresses are zero, and need not clear them at every step.
  a &= ~3;
  b &= ~3;
  const end = a + <usize>depth * 20;
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = addProduct(c00, a0, b0);
    c01 = addProduct(c01, a0, b1);
    const a1 = v128.load32_splat(a, 4);
    c10 = addProduct(c10, a1, b0);
    c11 = addProduct(c11, a1, b1);
    const a2 = v128.load32_splat(a, 8);
    c20 = addProduct(c20, a2, b0);
    c21 = addProduct(c21, a2, b1);
    const a3 = v128.load32_splat(a, 12);
    c30 = addProduct(c30, a3, b0);
    c31 = addProduct(c31, a3, b1);
    const a4 = v128.load32_splat(a, 16);
    c40 = addProduct(c40, a4, b0);
    c41 = addProduct(c41, a4, b1);
    a += 20;
    b += B_STEP;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
  v128.store(row4, c40);
  v128.store(row4, c41, 16);
}

/** The same of four rows. */
export function multiplyFour(a: usize, b: usize, c: usize, rowBytes: usize, depth: i32, first: bool): void {
  const row1 = c + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (!first) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(row1);
    c11 = v128.load(row1, 16);
    c20 = v128.load(row2);
    c21 = v128.load(row2, 16);
    c30 = v128.load(row3);
    c31 = v128.load(row3, 16);
  }
  const end = a + <usize>depth * 16;
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = addProduct(c00, a0, b0);
    c01 = addProduct(c01, a0, b1);
    const a1 = v128.load32_splat(a, 4);
    c10 = addProduct(c10, a1, b0);
    c11 = addProduct(c11, a1, b1);
    const a2 = v128.load32_splat(a, 8);
    c20 = addProduct(c20, a2, b0);
    c21 = addProduct(c21, a2, b1);
    const a3 = v128.load32_splat(a, 12);
    c30 = addProduct(c30, a3, b0);
    c31 = addProduct(c31, a3, b1);
    a += 16;
    b += B_STEP;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
}
