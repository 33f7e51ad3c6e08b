import { type Matrix, rowsOf } from '@sdmjs/core';

/** The matrix in pieces of whole rows, as views, each of at most `elements` numbers but at least one row. */
export function rowTiles(matrix: Matrix, elements: number): Matrix[] {
  const step = Math.max(1, Math.floor(elements / matrix.columns));
  const starts = Array.from({ length: Math.ceil(matrix.rows / step) }, (_, tile) => tile * step);
  return starts.map((start) => rowsOf(matrix, start, Math.min(start + step, matrix.rows)));
}
