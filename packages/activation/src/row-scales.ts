import { createMatrix, type Matrix, requireFinite, SdmError } from '@sdmjs/core';
import { type ActivationOptions, requireOffset, type Signals } from './signals.js';

/** Row i of the scaled logits is (logits · exponents[i]) · logBases[i], in float32 and in that order. */
export interface RowScales {
  /** `[rows]` */
  readonly exponents: Float32Array;
  /** `[rows]` natural logarithms of the bases, above 0. */
  readonly logBases: Float32Array;
}

/** Exponent d and ln(q + offset) of each row, checked. Throws `shape-mismatch`, `not-finite` or `out-of-range`. */
export function signalScales(
  rows: number,
  signals: Signals,
  options: ActivationOptions & { where: string },
): RowScales {
  const { where } = options;
  const offset = Math.fround(requireOffset(options, where));
  const exponents = new Float32Array(rows);
  const logBases = new Float32Array(rows);
  requireCount(signals.similarities, rows, `${where}: similarities`);
  requireCount(signals.distanceQuantiles, rows, `${where}: distanceQuantiles`);
  for (let i = 0; i < rows; i++) {
    const similarity = requireNumber(signals.similarities[i]!, where, 'similarity', i);
    const quantile = requireNumber(signals.distanceQuantiles[i]!, where, 'distance quantile', i);
    if (similarity < 0)
      throw new SdmError('out-of-range', `${where}: row ${i} wants similarity >= 0, got ${similarity}`);
    if (quantile < 0 || quantile > 1) {
      throw new SdmError('out-of-range', `${where}: row ${i} wants a distance quantile in [0, 1], got ${quantile}`);
    }
    exponents[i] = quantile;
    logBases[i] = Math.log(Math.fround(Math.fround(similarity) + offset));
  }
  return { exponents, logBases };
}

/** Exponents and bases given directly, one for all rows or one a row. Throws like `signalScales`; bases must exceed 1. */
export function baseScales(
  rows: number,
  base: number | ArrayLike<number>,
  exponent: number | ArrayLike<number>,
): RowScales {
  const where = 'logSdmBase';
  if (typeof base !== 'number') requireCount(base, rows, `${where}: bases`);
  if (typeof exponent !== 'number') requireCount(exponent, rows, `${where}: exponents`);
  const exponents = new Float32Array(rows);
  const logBases = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const rowBase = requireNumber(typeof base === 'number' ? base : base[i]!, where, 'base', i);
    exponents[i] = requireNumber(typeof exponent === 'number' ? exponent : exponent[i]!, where, 'exponent', i);
    if (Math.fround(rowBase) <= 1 || exponents[i]! < 0) {
      throw new SdmError(
        'out-of-range',
        `${where}: row ${i} wants base > 1 and exponent >= 0, got ${rowBase} and ${exponents[i]}`,
      );
    }
    logBases[i] = Math.log(Math.fround(rowBase));
  }
  return { exponents, logBases };
}

/**
 * Scaled logits minus the largest of their row, so that exponentials cannot overflow. `[rows, classes]`
 * Throws `not-finite` when a logit, or a logit times its scale, is not a finite float32.
 */
export function shiftedLogits(logits: Matrix, scales: RowScales, where: string): Matrix {
  if (logits.columns < 2)
    throw new SdmError('shape-mismatch', `${where}: wanted 2 or more classes, got ${logits.columns}`);
  requireFinite(logits, `${where}: logits`);
  const { rows, columns, data } = logits;
  const shifted = createMatrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    const exponent = scales.exponents[i]!;
    const logBase = scales.logBases[i]!;
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = start; k < start + columns; k++) {
      const scaled = Math.fround(Math.fround(data[k]! * exponent) * logBase);
      if (!Number.isFinite(scaled)) {
        throw new SdmError('not-finite', `${where}: row ${i} overflows float32 when scaled; use smaller logits`);
      }
      shifted.data[k] = scaled;
      if (scaled > largest) largest = scaled;
    }
    for (let k = start; k < start + columns; k++) shifted.data[k]! -= largest;
  }
  return shifted;
}

/** Throws `shape-mismatch` unless `values` has one entry a row. */
export function requireCount(values: ArrayLike<unknown>, rows: number, what: string): void {
  if (values.length !== rows)
    throw new SdmError('shape-mismatch', `${what}: wanted ${rows}, one a row, got ${values.length}`);
}

function requireNumber(value: number, where: string, name: string, row: number): number {
  if (!Number.isFinite(Math.fround(value)))
    throw new SdmError('not-finite', `${where}: ${name} of row ${row} is ${value}; wanted a finite float32`);
  return value;
}
