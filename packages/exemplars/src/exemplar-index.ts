import { type Matrix, requireColumns, requireFinite, SdmError } from '@sdmjs/core';
import type { Matches } from '@sdmjs/kernels';
import type { IndexedSupport } from './support-set.js';

/** How one call of `match` counts. */
export interface MatchOptions {
  /** The largest similarity q that is counted, ≥ 1. */
  readonly maxSimilarity: number;
  /** `[n]` per query the support row to leave out (its own, by index), or −1 for none. */
  readonly exclusions?: Int32Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with how many queries are matched, by an index that can tell. */
  readonly onProgress?: ((completed: number) => void) | undefined;
}

/** A support row near a query. */
export interface Neighbor {
  readonly index: number;
  /** Squared L2, in the units of the adaptor output. */
  readonly squaredDistance: number;
}

/** Answers how similar and how far queries are, over all support rows. Order is always (distance, index). */
export interface ExemplarIndex {
  /** N, the number of support rows. */
  readonly size: number;
  /**
   * For each query: q (how many of the nearest rows in a row are good for its prediction), and the nearest row of any kind.
   * `queries` is `[n, M]`. Throws `shape-mismatch`, `not-finite`, `out-of-range`, `aborted`, or `empty-input` where every row is excluded.
   */
  match(queries: Matrix, predictions: Int32Array, options: MatchOptions): Promise<Matches>;
  /**
   * What `match` gives of the support rows for their own predictions, each without itself, by an index that does it faster. Throws as `match`
   * does.
   */
  matchSupport?(options: Omit<MatchOptions, 'exclusions'>): Promise<Matches>;
  /** The nearest `count` rows of one query, for display; fewer when the support is smaller. */
  nearest(
    query: Float32Array,
    count: number,
    options?: { readonly exclusion?: number | undefined },
  ): Promise<Neighbor[]>;
  dispose(): void;
}

/** What a caller passes to choose another index. */
export type CreateExemplarIndex = (support: IndexedSupport) => Promise<ExemplarIndex>;

/** The checks of `match` that do not depend on the index. */
export function requireMatchable(
  queries: Matrix,
  predictions: Int32Array,
  options: MatchOptions & { readonly size: number; readonly columns: number },
): void {
  const { exclusions, maxSimilarity, size, columns } = options;
  requireColumns(queries, columns, 'match: queries');
  requireFinite(queries, 'match: queries');
  if (predictions.length !== queries.rows) {
    throw new SdmError('shape-mismatch', `match: ${predictions.length} predictions for ${queries.rows} queries`);
  }
  requireMaxSimilarity(maxSimilarity);
  const negative = predictions.findIndex((prediction) => prediction < 0);
  if (negative >= 0) {
    throw new SdmError(
      'label-out-of-range',
      `match: prediction of query ${negative} is ${predictions[negative]}; wanted a class >= 0`,
    );
  }
  if (!exclusions) return;
  if (exclusions.length !== queries.rows) {
    throw new SdmError('shape-mismatch', `match: ${exclusions.length} exclusions for ${queries.rows} queries`);
  }
  exclusions.forEach((exclusion, i) => {
    requireExclusion(exclusion, size, `match: exclusion of query ${i}`);
  });
}

/** Throws `out-of-range` unless a cap of q is an integer ≥ 1. */
export function requireMaxSimilarity(maxSimilarity: number): void {
  if (Number.isSafeInteger(maxSimilarity) && maxSimilarity >= 1) return;
  throw new SdmError('out-of-range', `match: wanted an integer maxSimilarity >= 1, got ${maxSimilarity}`);
}

/** Throws `out-of-range` unless `exclusion` is −1 or a row, and `empty-input` when leaving it out leaves nothing. */
export function requireExclusion(exclusion: number, size: number, where: string): void {
  if (!Number.isInteger(exclusion) || exclusion < -1 || exclusion >= size) {
    throw new SdmError('out-of-range', `${where}: wanted -1 or a support row below ${size}, got ${exclusion}`);
  }
  if (exclusion >= 0 && size === 1) {
    throw new SdmError('empty-input', `${where}: no support row is left; a support of one row cannot leave it out`);
  }
}
