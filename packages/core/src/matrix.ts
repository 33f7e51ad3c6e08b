import { SdmError } from './sdm-error.js';

/** A dense float32 matrix, row-major: element (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A matrix over `values` (not copied), or of zeros. Throws `shape-mismatch` unless there are `rows * columns` of them. */
export function createMatrix(rows: number, columns: number, values?: Float32Array): Matrix {
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns) || rows < 0 || columns < 0) {
    throw new SdmError('out-of-range', `createMatrix: wanted sizes >= 0, got ${rows} x ${columns}`);
  }
  const data = values ?? new Float32Array(rows * columns);
  if (data.length !== rows * columns) {
    throw new SdmError(
      'shape-mismatch',
      `createMatrix: ${rows} x ${columns} wants ${rows * columns} numbers, got ${data.length}`,
    );
  }
  return { data, rows, columns };
}

/** Copies rows of equal length into a matrix. Throws `shape-mismatch` at the first ragged row. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const matrix = createMatrix(rows.length, columns);
  rows.forEach((row, i) => {
    if (row.length !== columns) {
      throw new SdmError(
        'shape-mismatch',
        `matrixFromRows: row ${i} has ${row.length} numbers, row 0 has ${columns}; all rows must be of one length`,
      );
    }
    matrix.data.set(row, i * columns);
  });
  return matrix;
}

/** Row `index` as a view (not a copy). */
export function rowOf(matrix: Matrix, index: number): Float32Array {
  return matrix.data.subarray(index * matrix.columns, (index + 1) * matrix.columns);
}

/** Rows `start` … `end − 1` as a view (not a copy). */
export function rowsOf({ data, columns }: Matrix, start: number, end: number): Matrix {
  return createMatrix(end - start, columns, data.subarray(start * columns, end * columns));
}

/** Rows that are looked up one by one, so that they need not lie in one matrix. */
export interface RowSource {
  readonly rows: number;
  readonly columns: number;
  /** Row `index`, not copied. `[columns]` */
  row(index: number): Float32Array;
}

/** A matrix as a source of its rows. */
export function rowSource(matrix: Matrix): RowSource {
  return { rows: matrix.rows, columns: matrix.columns, row: (index) => rowOf(matrix, index) };
}

/** The rows at `indices`, copied, in that order. */
export function selectRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const selected = createMatrix(indices.length, matrix.columns);
  for (let i = 0; i < indices.length; i++) selected.data.set(rowOf(matrix, indices[i]!), i * matrix.columns);
  return selected;
}

/** Index of the largest value of each row; the lowest index wins a tie. `[rows]` */
export function argMaxRows(matrix: Matrix): Int32Array {
  const result = new Int32Array(matrix.rows);
  for (let i = 0; i < matrix.rows; i++) result[i] = argMax(rowOf(matrix, i));
  return result;
}

/** Index of the largest value; the lowest index wins a tie. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Throws `not-finite` and names the first row and column that hold NaN or an infinity. */
export function requireFinite(matrix: Matrix | RowSource, what: string): void {
  const [row, column, value] = 'data' in matrix ? firstBadEntry(matrix) : firstBadInRows(matrix);
  if (row < 0) return;
  throw new SdmError('not-finite', `${what}: row ${row}, column ${column} is ${value}; remove or repair that row`);
}

type Entry = [row: number, column: number, value: number];

function firstBadEntry({ data, columns }: Matrix): Entry {
  const index = firstNotFinite(data);
  return index < 0 ? [-1, -1, 0] : [Math.floor(index / columns), index % columns, data[index]!];
}

function firstBadInRows({ rows, row }: RowSource): Entry {
  for (let index = 0; index < rows; index++) {
    const values = row(index);
    const column = firstNotFinite(values);
    if (column >= 0) return [index, column, values[column]!];
  }
  return [-1, -1, 0];
}

/** A plain loop: `findIndex` of a typed array takes many times as long, and matrices have millions of entries. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

/** Throws `shape-mismatch` unless the matrix has `columns` columns. */
export function requireColumns(matrix: Matrix, columns: number, what: string): void {
  if (matrix.columns === columns) return;
  throw new SdmError('shape-mismatch', `${what}: wanted ${columns} numbers a row, got ${matrix.columns}`);
}
