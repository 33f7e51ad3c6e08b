import { A_STEP, B_STEP, DEPTH_BLOCK, multiplyTile, TILE_COLUMNS, TILE_ROWS } from './tile';

/** Support rows whose dot products are finished before the next ones are begun: they stay in the second cache. */
const SUPPORT_BLOCK: i32 = 512;

/**
 * distances[i, j] = max(0, (|c_i|² + |x_j|²) − 2·(c_i·x_j)) for packed queries and support. `queries` is a multiple of 4 and `support`
 * of 8 (padded with zero rows); `distances` is [queries, support]. Returns the first query with a distance that is not finite, or −1.
 */
export function squaredDistances(
  queryPanels: usize, queryNorms: usize, queries: i32, supportPanels: usize, supportNorms: usize, support: i32,
  columns: i32, distances: usize,
): i32 {
  const rowBytes = <usize>support * 4;
  let firstBad = -1;
  for (let start = 0; start < support; start += SUPPORT_BLOCK) {
    const width = min(SUPPORT_BLOCK, support - start);
    const panels = supportPanels + (<usize>start * columns) * 4;
    const target = distances + <usize>start * 4;
    dotProducts(queryPanels, queries, panels, width, columns, target, rowBytes);
    const bad = finishDistances(queryNorms, queries, supportNorms + <usize>start * 4, width, target, rowBytes);
    if (bad >= 0 && (firstBad < 0 || bad < firstBad)) firstBad = bad;
  }
  return firstBad;
}

function dotProducts(
  queryPanels: usize, queries: i32, supportPanels: usize, support: i32, columns: i32, target: usize, rowBytes: usize,
): void {
  for (let start = 0; start < columns; start += DEPTH_BLOCK) {
    const depth = min(DEPTH_BLOCK, columns - start);
    for (let column = 0; column < support; column += TILE_COLUMNS) {
      const b = supportPanels + <usize>column * columns * 4 + <usize>start * B_STEP;
      for (let row = 0; row < queries; row += TILE_ROWS) {
        const a = queryPanels + <usize>row * columns * 4 + <usize>start * A_STEP;
        multiplyTile(a, b, target + <usize>row * rowBytes + <usize>column * 4, rowBytes, depth, start == 0);
      }
    }
  }
}

function finishDistances(
  queryNorms: usize, queries: i32, supportNorms: usize, support: i32, target: usize, rowBytes: usize,
): i32 {
  const zero = f32x4.splat(0);
  const two = f32x4.splat(2);
  let firstBad = -1;
  for (let row = 0; row < queries; row++) {
    const queryNorm = v128.load32_splat(queryNorms + <usize>row * 4);
    let difference = zero;
    for (let column = 0; column < support; column += 4) {
      const offset = <usize>column * 4;
      const norms = f32x4.add(queryNorm, v128.load(supportNorms + offset));
      const distance = f32x4.max(zero, f32x4.sub(norms, f32x4.mul(two, v128.load(target + offset))));
      v128.store(target + offset, distance);
      difference = f32x4.add(difference, f32x4.sub(distance, distance));
    }
    if (firstBad < 0 && v128.any_true(f32x4.ne(difference, zero))) firstBad = row;
    target += rowBytes;
  }
  return firstBad;
}
