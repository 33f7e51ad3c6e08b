import type { Matrix } from '@sdmjs/core';

/** The matrix in pieces of whole rows, as views, each of at most `elements` numbers but at least one row. */
export function rowTiles(matrix: Matrix, elements: number): Matrix[] {
  const step = Math.max(1, Math.floor(elements / matrix.columns));
  const starts = Array.from({ length: Math.ceil(matrix.rows / step) }, (_, tile) => tile * step);
  return starts.map((start) => rowRange(matrix, start, Math.min(start + step, matrix.rows)));
}

/** Rows `start` … `end − 1` as a view. */
export function rowRange({ data, columns }: Matrix, start: number, end: number): Matrix {
  return { data: data.subarray(start * columns, end * columns), rows: end - start, columns };
}
