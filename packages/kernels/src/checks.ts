import { SdmError } from '@sdmjs/core';
import type { MatcherSupport, Matches, MatchRequest, ThinStep } from './kernels.js';

/** Throws `shape-mismatch` unless the inner sizes of a product agree. */
export function requireInnerSizes(left: number, right: number, what: string): void {
  if (left === right) return;
  throw new SdmError('shape-mismatch', `${what}: inner sizes differ, ${left} and ${right}`);
}

/** Throws `empty-input` without support rows and `shape-mismatch` for rows of no width or other counts. */
export function requireSupport({ vectors, goodClasses, span }: MatcherSupport): void {
  if (vectors.rows === 0) throw new SdmError('empty-input', 'createMatcher: the support has no rows');
  if (vectors.columns === 0) throw new SdmError('shape-mismatch', 'createMatcher: the support rows have no width');
  requireCount(goodClasses.length, vectors.rows, 'createMatcher: goodClasses');
  if (span) requireCount(span.rows, vectors.columns, 'createMatcher: rows of span');
}

/** Throws unless the arrays of a request agree with each other and with a support of `size` rows of `columns` numbers. */
export function requireMatchRequest(request: MatchRequest, size: number, columns: number): void {
  const { queries, predictions, exclusions, maxSimilarity } = request;
  requireWidth(queries.columns, columns, 'match: queries');
  requireCount(predictions.length, queries.rows, 'match: predictions');
  if (!Number.isInteger(maxSimilarity) || maxSimilarity < 0 || maxSimilarity > 0x7fffffff) {
    throw new SdmError('out-of-range', `match: wanted an integer maxSimilarity >= 0, got ${maxSimilarity}`);
  }
  const unpredicted = predictions.findIndex((prediction) => prediction < 0);
  if (unpredicted >= 0) throw new SdmError('out-of-range', `match: query ${unpredicted} has no predicted class`);
  if (exclusions !== undefined) requireExclusions(exclusions, queries.rows, size);
}

/** Throws `shape-mismatch` or `out-of-range` unless there is a prediction for every support row, and for good ones their class. */
export function requireOwnClasses(goodClasses: Int32Array, predictions: Int32Array): void {
  requireCount(predictions.length, goodClasses.length, 'matchSupport: predictions');
  const row = goodClasses.findIndex((goodClass, j) => goodClass >= 0 && predictions[j] !== goodClass);
  if (row < 0) return;
  const classes = `class ${goodClasses[row]}, but is predicted to be of class ${predictions[row]}`;
  throw new SdmError('out-of-range', `matchSupport: row ${row} is good for ${classes}`);
}

function requireExclusions(exclusions: Int32Array, queryCount: number, size: number): void {
  requireCount(exclusions.length, queryCount, 'match: exclusions');
  for (let i = 0; i < exclusions.length; i++) requireExclusion(exclusions[i]!, size, `match: exclusion of query ${i}`);
}

function requireExclusion(exclusion: number, size: number, what: string): void {
  if (!Number.isInteger(exclusion) || exclusion < -1 || exclusion >= size) {
    throw new SdmError('out-of-range', `${what}: wanted -1 or a support row below ${size}, got ${exclusion}`);
  }
  if (size === 1 && exclusion === 0) {
    throw new SdmError('empty-input', `${what}: no support row is left; a support of one row cannot leave it out`);
  }
}

/** How many nearest rows there are to list. Throws `out-of-range`, or `empty-input` when leaving a row out leaves nothing. */
export function nearestCount(count: number, exclusion: number, size: number): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new SdmError('out-of-range', `nearest: wanted an integer count >= 0, got ${count}`);
  }
  requireExclusion(exclusion, size, 'nearest: exclusion');
  return Math.min(count, exclusion >= 0 ? size - 1 : size);
}

/** Throws `shape-mismatch` unless the factors of a step fit a matrix `[rows, columns]` and each other. */
export function requireThinStep({ gradient, factors, next }: ThinStep, rows: number, columns: number): void {
  requireWidth(gradient.columns, columns, 'step: gradient');
  requireWidth(factors.columns, rows, 'step: factors');
  requireWidth(next.columns, rows, 'step: next');
  requireCount(factors.rows, gradient.rows, 'step: factors');
  requireCount(next.rows, gradient.rows, 'step: next');
}

/** Throws `shape-mismatch` unless a vector has the width of the support rows. */
export function requireWidth(width: number, wanted: number, what: string): void {
  if (width === wanted) return;
  throw new SdmError('shape-mismatch', `${what}: wanted ${wanted} numbers a row, got ${width}`);
}

/** Throws `not-finite` at the first row whose squared norm is NaN or infinite. */
export function requireFiniteNorms(norms: Float32Array, what: string): void {
  for (let row = 0; row < norms.length; row++) if (!Number.isFinite(norms[row])) throw notFinite(`${what} ${row}`);
}

/** The error for a row with NaN, an infinity, or a distance beyond float32. */
export function notFinite(what: string): SdmError {
  const reason = 'holds NaN or an infinity, or lies too far from the support for float32';
  return new SdmError('not-finite', `${what} ${reason}; remove, repair or rescale it`);
}

/** Room for the matches of `rows` queries. */
export function emptyMatches(rows: number): Matches {
  return {
    similarities: new Int32Array(rows),
    nearestDistances: new Float32Array(rows),
    nearestIndices: new Int32Array(rows),
  };
}

function requireCount(count: number, wanted: number, what: string): void {
  if (count === wanted) return;
  throw new SdmError('shape-mismatch', `${what}: wanted ${wanted} entries, got ${count}`);
}
