import { packLanes } from './pack';
import { A_STEP, B_STEP, TILE_COLUMNS, TILE_ROWS } from './tile';

/** rows −= origin, in place. `rows` is [count, columns], `origin` [columns]. */
export function centreRows(rows: usize, count: i32, columns: i32, origin: usize): void {
  for (let row = 0; row < count; row++) {
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const offset = <usize>column * 4;
      v128.store(rows + offset, f32x4.sub(v128.load(rows + offset), v128.load(origin + offset)));
    }
    for (; column < columns; column++) {
      const offset = <usize>column * 4;
      f32.store(rows + offset, f32.load(rows + offset) - f32.load(origin + offset));
    }
    rows += <usize>columns * 4;
  }
}

/** Packs centred rows as panels of 8 over the whole depth and sums their squares in order of depth. `norms` has room for whole panels. */
export function packSupport(rows: usize, count: i32, columns: i32, panels: usize, norms: usize): void {
  const rowBytes = <usize>columns * 4;
  for (let row = 0; row < count; row += TILE_COLUMNS) {
    const source = rows + <usize>row * rowBytes;
    packLanes(source, rowBytes, 4, count - row, columns, panels, B_STEP);
    packLanes(source + 4 * rowBytes, rowBytes, 4, count - row - 4, columns, panels + 16, B_STEP);
    sumSquares(panels, B_STEP, columns, norms);
    sumSquares(panels + 16, B_STEP, columns, norms + 16);
    panels += <usize>columns * B_STEP;
    norms += B_STEP;
  }
}

/** The same for queries, as panels of 4. */
export function packQueries(rows: usize, count: i32, columns: i32, panels: usize, norms: usize): void {
  const rowBytes = <usize>columns * 4;
  for (let row = 0; row < count; row += TILE_ROWS) {
    packLanes(rows + <usize>row * rowBytes, rowBytes, 4, count - row, columns, panels, A_STEP);
    sumSquares(panels, A_STEP, columns, norms);
    panels += <usize>columns * A_STEP;
    norms += A_STEP;
  }
}

function sumSquares(lanes: usize, step: usize, depth: i32, target: usize): void {
  let sum = f32x4.splat(0);
  for (let k = 0; k < depth; k++) {
    const value = v128.load(lanes);
    sum = f32x4.add(sum, f32x4.mul(value, value));
    lanes += step;
  }
  v128.store(target, sum);
}
