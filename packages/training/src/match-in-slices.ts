import { type Matrix, rowsOf } from '@sdmjs/core';
import type { ExemplarIndex, MatchOptions } from '@sdmjs/exemplars';
import { rowRange } from './feature-rows.js';

/** What matching gives of the first rows of a split. */
export interface MatchedRows {
  /** q `[rows]` */
  readonly similarities: Int32Array;
  /** Squared L2 to the nearest training row. `[rows]` */
  readonly nearestDistances: Float32Array;
}

/** A split at the present weights. */
export interface Queries {
  /** `[rows, M]` */
  readonly representations: Matrix;
  /** `[rows]` */
  readonly predictions: Int32Array;
}

export interface SliceOptions extends Pick<MatchOptions, 'maxSimilarity' | 'signal' | 'onProgress'> {
  readonly index: ExemplarIndex;
  /** Whether the queries are the rows of the index, in order, of which each leaves itself out. */
  readonly areSupport: boolean;
  /** The rows that were matched before. */
  readonly known: MatchedRows;
  /** Called after each slice, and awaited, with all rows so far: views, whose contents stay. */
  readonly onSlice?: ((matched: MatchedRows) => Promise<void>) | undefined;
}

/** A few seconds of work where rows are a million; and of what kernels on 8 threads take at a time a multiple, so that slices cost nothing. */
const SLICE_ROWS = 4000;

/**
 * Multiplications of all pairs up to which support rows are matched together, where the index can: it takes about half of them, and a minute
 * of one thread at most, after which a state would be kept.
 */
const TOGETHER_WORK = 5e12;

/** Matches the rows that are not known yet, slice after slice; how rows are cut into slices does not show in what is found. */
export async function matchInSlices(
  { representations, predictions }: Queries,
  { index, areSupport, known, onSlice, onProgress, maxSimilarity, signal }: SliceOptions,
): Promise<MatchedRows> {
  const { rows } = representations;
  const similarities = new Int32Array(rows);
  const nearestDistances = new Float32Array(rows);
  const add = (found: MatchedRows, start: number) => {
    similarities.set(found.similarities, start);
    nearestDistances.set(found.nearestDistances, start);
  };
  add(known, 0);
  if (areMatchedTogether(representations) && areSupport && known.similarities.length === 0 && index.matchSupport) {
    add(await index.matchSupport({ maxSimilarity, signal, onProgress }), 0);
    await onSlice?.({ similarities, nearestDistances });
    return { similarities, nearestDistances };
  }
  for (let start = known.similarities.length; start < rows; start += SLICE_ROWS) {
    const end = Math.min(start + SLICE_ROWS, rows);
    const found = await index.match(rowsOf(representations, start, end), predictions.subarray(start, end), {
      maxSimilarity,
      exclusions: areSupport ? rowRange(start, end) : undefined,
      signal,
      onProgress: (count) => onProgress?.(start + count),
    });
    add(found, start);
    await onSlice?.({
      similarities: similarities.subarray(0, end),
      nearestDistances: nearestDistances.subarray(0, end),
    });
  }
  return { similarities, nearestDistances };
}

/** Queries of an epoch that finds q and d of both splits: a pair of training rows that are matched to each other answers both. */
export function countQueries(training: Pick<Matrix, 'rows' | 'columns'>, calibrationRows: number): number {
  return (areMatchedTogether(training) ? training.rows / 2 : training.rows) + calibrationRows;
}

/** Whether all rows of a training split of this size are matched to each other at once, where the index can and half of them are good. */
export function areMatchedTogether({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): boolean {
  return rows * rows * columns <= TOGETHER_WORK;
}
