import { type Matrix, requireFinite, SdmError } from '@sdmjs/core';

/** What a region is found from: a model's output on rows it was not trained on, one entry a row. */
export interface CalibrationScores {
  /** `[rows, classes]` activation values; each row sums to 1. */
  readonly probabilities: Matrix;
  /** `[rows]` rescaled similarity q', at least 0. */
  readonly rescaledSimilarities: Float32Array;
  /** `[rows]` true classes. */
  readonly labels: Int32Array;
  /** `[rows]` predicted classes: the arg max of the logits. */
  readonly predictions: Int32Array;
}

export interface OutOfDistributionOptions {
  /** Rows whose floor(q') is at most this are out of distribution: never candidates, never admitted. @default 0 */
  readonly outOfDistributionLimit?: number;
}

const ROW_SUM_TOLERANCE = Math.fround(1e-5);

/** Throws `empty-input`, `shape-mismatch`, `not-finite`, `out-of-range` or `label-out-of-range` unless the scores can be calibrated on. */
export function requireScores(scores: CalibrationScores, where: string): void {
  const { probabilities, rescaledSimilarities, labels, predictions } = scores;
  const { rows, columns } = probabilities;
  if (rows === 0)
    throw new SdmError('empty-input', `${where}: there are no rows; calibrate on rows kept out of training`);
  if (columns < 2) throw new SdmError('shape-mismatch', `${where}: wanted 2 or more classes, got ${columns}`);
  for (const [name, values] of Object.entries({ rescaledSimilarities, labels, predictions })) {
    if (values.length !== rows) {
      throw new SdmError('shape-mismatch', `${where}: wanted ${rows} ${name}, one a row, got ${values.length}`);
    }
  }
  if (areFit(scores)) return;
  requireClasses(labels, columns, `${where}: label`);
  requireClasses(predictions, columns, `${where}: prediction`);
  requireFinite(probabilities, `${where}: probabilities`);
  requireProbabilities(probabilities, where);
  const row = rescaledSimilarities.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (row >= 0) {
    throw new SdmError(
      'out-of-range',
      `${where}: row ${row} has q' ${rescaledSimilarities[row]}, wanted a finite number >= 0`,
    );
  }
}

/** Whether nothing is wrong, in one pass over the rows; what is wrong is then found by one check after the other. */
function areFit({ probabilities, rescaledSimilarities, labels, predictions }: CalibrationScores): boolean {
  const { data, rows, columns } = probabilities;
  for (let row = 0, k = 0; row < rows; row++) {
    const label = labels[row]!;
    const prediction = predictions[row]!;
    const similarity = rescaledSimilarities[row]!;
    if (!(label >= 0 && label < columns && label % 1 === 0)) return false;
    if (!(prediction >= 0 && prediction < columns && prediction % 1 === 0)) return false;
    if (!(similarity >= 0 && similarity < Number.POSITIVE_INFINITY)) return false;
    let sum = 0;
    for (const end = k + columns; k < end; k++) {
      const value = data[k]!;
      if (!(value >= 0 && value <= 1)) return false;
      sum = Math.fround(sum + value);
    }
    if (Math.abs(Math.fround(sum - 1)) > ROW_SUM_TOLERANCE) return false;
  }
  return true;
}

/** The out-of-distribution limit, checked: an integer of at least 0. */
export function requireLimit(options: OutOfDistributionOptions, where: string): number {
  const limit = options.outOfDistributionLimit ?? 0;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new SdmError('out-of-range', `${where}: wanted an integer outOfDistributionLimit >= 0, got ${limit}`);
  }
  return limit;
}

/** Throws `label-out-of-range` at the first entry outside 0 … classCount − 1. */
export function requireClasses(classes: ArrayLike<number>, classCount: number, what: string): void {
  for (let row = 0; row < classes.length; row++) {
    const value = classes[row]!;
    if (Number.isInteger(value) && value >= 0 && value < classCount) continue;
    throw new SdmError('label-out-of-range', `${what} of row ${row} is ${value}, wanted 0 … ${classCount - 1}`);
  }
}

function requireProbabilities({ data, rows, columns }: Matrix, where: string): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) {
      const value = data[k]!;
      if (value < 0 || value > 1) {
        throw new SdmError('out-of-range', `${where}: row ${i} holds the probability ${value}, wanted [0, 1]`);
      }
      sum = Math.fround(sum + value);
    }
    if (Math.abs(Math.fround(sum - 1)) > ROW_SUM_TOLERANCE) {
      throw new SdmError('out-of-range', `${where}: the probabilities of row ${i} sum to ${sum}, wanted 1 within 1e-5`);
    }
  }
}
