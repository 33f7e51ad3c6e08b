import { multiplyRows } from './dot-rows';
import { packFive, packLanes } from './pack';
import { B_STEP, DEPTH_BLOCK, multiplyFive, multiplyFour, TILE_COLUMNS, tileRows } from './tile';

/** Rows and columns of a block: the packed block of A (tiles of five rows) stays in the second cache, the one of B close to it. */
const ROW_BLOCK: i32 = 130;
const COLUMN_BLOCK: i32 = 512;
const A_BLOCK_BYTES: usize = <usize>ROW_BLOCK * DEPTH_BLOCK * 4;
const B_BLOCK_BYTES: usize = <usize>COLUMN_BLOCK * DEPTH_BLOCK * 4;

/**
 * C = A·B for every batch. Element (i, k) of A lies at a + i·aRowStep + k·aDepthStep, element (k, j) of B at
 * b + k·bDepthStep + j·bColumnStep (bytes, so any transpose is a choice of steps); C is dense [rows, columns].
 * `scratch` has room for 656 kB (MULTIPLY_SCRATCH_BYTES of the caller). C may not overlap A or B.
 */
export function multiplyBatches(
  a: usize, aRowStep: usize, aDepthStep: usize, aBatchStep: usize,
  b: usize, bDepthStep: usize, bColumnStep: usize, bBatchStep: usize,
  c: usize, rows: i32, columns: i32, depth: i32, batches: i32, scratch: usize,
): void {
  const cBatchStep = <usize>rows * columns * 4;
  for (let batch = 0; batch < batches; batch++) {
    if (depth == 0) memory.fill(c, 0, cBatchStep);
    multiplyBlocks(a, aRowStep, aDepthStep, b, bDepthStep, bColumnStep, c, <usize>columns * 4, rows, columns, depth, scratch);
    a += aBatchStep;
    b += bBatchStep;
    c += cBatchStep;
  }
}

/**
 * Columns of one chunk of a product C = A·B with rows of A in order, into a C of zeros `cRowBytes` a row. Few rows of A and columns of B in
 * order are multiplied where they lie.
 */
export function multiplyChunk(
  a: usize, aRowStep: usize, b: usize, bDepthStep: usize, bColumnStep: usize, c: usize, rows: i32, columns: i32,
  depth: i32, columnsInChunk: i32, scratch: usize, scratchBytes: usize, chunk: i32, thread: i32,
): void {
  const column = chunk * columnsInChunk;
  const width = min(columnsInChunk, columns - column);
  const cRowBytes = <usize>columns * 4;
  const target = c + <usize>column * 4;
  // Three rows are worth packing B only if there is much of it.
  if (bDepthStep == 4 && rows < (width < 32 ? 4 : 3)) {
    for (let row: usize = 0; row < <usize>rows; row++) {
      multiplyRows(a + row * aRowStep, b, bColumnStep, depth, column, width, target + row * cRowBytes);
    }
    return;
  }
  const own = scratch + <usize>thread * scratchBytes;
  const bColumns = b + <usize>column * bColumnStep;
  multiplyBlocks(a, aRowStep, 4, bColumns, bDepthStep, bColumnStep, target, cRowBytes, rows, width, depth, own);
}

function multiplyBlocks(
  a: usize, aRowStep: usize, aDepthStep: usize, b: usize, bDepthStep: usize, bColumnStep: usize,
  c: usize, cRowBytes: usize, rows: i32, columns: i32, depth: i32, scratch: usize,
): void {
  for (let column = 0; column < columns; column += COLUMN_BLOCK) {
    const width = min(COLUMN_BLOCK, columns - column);
    for (let start = 0; start < depth; start += DEPTH_BLOCK) {
      const steps = min(DEPTH_BLOCK, depth - start);
      const bBlock = b + <usize>column * bColumnStep + <usize>start * bDepthStep;
      packColumns(bBlock, bDepthStep, bColumnStep, width, steps, scratch + A_BLOCK_BYTES);
      for (let row = 0; row < rows; row += ROW_BLOCK) {
        const height = min(ROW_BLOCK, rows - row);
        packRows(a + <usize>row * aRowStep + <usize>start * aDepthStep, aRowStep, aDepthStep, height, steps, scratch);
        const target = c + <usize>row * cRowBytes + <usize>column * 4;
        multiplyPacked(scratch, target, cRowBytes, height, width, steps, start == 0);
      }
    }
  }
}

function packRows(a: usize, rowStep: usize, depthStep: usize, rows: i32, depth: i32, target: usize): void {
  while (rows > 0) {
    const height = tileRows(rows);
    if (height == 5) packFive(a, rowStep, depthStep, depth, target);
    else packLanes(a, rowStep, depthStep, rows, depth, target, 16);
    a += <usize>height * rowStep;
    rows -= height;
    target += <usize>(height * depth) * 4;
  }
}

/** Columns of B in panels of 8, padded with zeros. */
export function packColumns(b: usize, depthStep: usize, columnStep: usize, columns: i32, depth: i32, target: usize): void {
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const source = b + <usize>column * columnStep;
    packLanes(source, columnStep, depthStep, columns - column, depth, target, B_STEP);
    packLanes(source + 4 * columnStep, columnStep, depthStep, columns - column - 4, depth, target + 16, B_STEP);
    target += <usize>depth * B_STEP;
  }
}

function multiplyPacked(
  scratch: usize, c: usize, rowBytes: usize, rows: i32, columns: i32, depth: i32, first: bool,
): void {
  const edge = scratch + A_BLOCK_BYTES + B_BLOCK_BYTES;
  let b = scratch + A_BLOCK_BYTES;
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const width = min(TILE_COLUMNS, columns - column);
    let a = scratch;
    let target = c + <usize>column * 4;
    for (let left = rows; left > 0; ) {
      const height = tileRows(left);
      if (width == TILE_COLUMNS && height <= left) {
        multiplyTile(a, b, target, rowBytes, height, depth, first);
      } else {
        const inside = min(height, left);
        if (!first) copyTile(target, rowBytes, edge, B_STEP, inside, width);
        multiplyTile(a, b, edge, B_STEP, height, depth, first);
        copyTile(edge, B_STEP, target, rowBytes, inside, width);
      }
      a += <usize>(height * depth) * 4;
      target += <usize>height * rowBytes;
      left -= height;
    }
    b += <usize>depth * B_STEP;
  }
}

@inline
function multiplyTile(a: usize, b: usize, c: usize, rowBytes: usize, rows: i32, depth: i32, first: bool): void {
  if (rows == 5) multiplyFive(a, b, c, rowBytes, depth, first);
  else multiplyFour(a, b, c, rowBytes, depth, first);
}

function copyTile(source: usize, sourceStep: usize, target: usize, targetStep: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const offset = <usize>column * 4;
      f32.store(target + offset, f32.load(source + offset));
    }
    source += sourceStep;
    target += targetStep;
  }
}
