import type { Matrix } from '@sdmjs/core';

/**
 * CPU arithmetic. Every implementation gives the same bits as `createPlainKernels`, which is the definition, but for products of the build
 * `relaxed-simd`.
 */
export interface Kernels {
  /**
   * The build. Products of `relaxed-simd` (`multiply`, `multiplyTransposed`, `ThinAdam.project`) are summed in the same order, but may round
   * a product and its sum once: they depend on the processor, and differ from those of the others by at most 2(γ·Σ|a·b| + D·2⁻¹⁴⁹), where γ = Du/(1 − Du),
   * u = 2⁻²⁴ and D is the inner size. All else, matching among it, has the bits of the others.
   */
  readonly name: 'simd' | 'relaxed-simd' | 'plain';
  /** Threads that work at once at most, the caller's among them. */
  readonly threads: number;
  /**
   * A·Bᵀ `[a.rows, b.rows]`: each element a float32 sum over k in ascending order. Written to `into`, which is neither factor, where it is
   * given. Throws `shape-mismatch`.
   */
  multiplyTransposed(a: Matrix, b: Matrix, into?: Matrix): Matrix;
  /** A·B `[a.rows, b.columns]`, summed likewise. Throws `shape-mismatch`. */
  multiply(a: Matrix, b: Matrix): Matrix;
  /**
   * Keeps a copy of a right factor where products are made, so that they need not copy it: for weights that are used often and do not
   * change. Products by this very matrix use the copy until the function returned is called. Throws `out-of-memory`.
   */
  hold(factor: Matrix): () => void;
  /**
   * A matrix of zeros for support rows. Where there are threads it lies in memory that all of them see (a `SharedArrayBuffer`), so that a
   * matcher need not copy it. Throws `out-of-range`, `out-of-memory`.
   */
  createRows(rows: number, columns: number): Matrix;
  /**
   * Packs the support once for many matches. Its rows may be looked up as long as the matcher is used: they must not change. Throws `empty-input`, `shape-mismatch`, `not-finite`,
   * `out-of-memory`.
   */
  createMatcher(support: MatcherSupport): Matcher;
  /** A matrix `[M, D]` in training, copied; its gradients are products of thin factors. Throws `out-of-memory`. */
  createThinAdam(initial: Matrix, moments?: AdamMoments): ThinAdam;
  /** Ends the threads and frees the memory that is kept between calls; matchers already made stay usable. */
  dispose(): void;
}

/**
 * Adam (β 0.9 and 0.999, ε 1e-8, in float32) on a matrix W `[M, D]` whose gradient is Uᵀ·G with thin U `[C, M]` and G `[C, D]`: the gradient is
 * formed where it is used. The same bits in every implementation, whatever the threads; `project` as `Kernels.name` says.
 */
export interface ThinAdam {
  /** W as it is now, changed in place by `step`. */
  readonly weights: Matrix;
  /** Views of the present moments. */
  readonly moments: AdamMoments;
  /** G·Wᵀ `[C, M]`. */
  project(gradient: Matrix): Matrix;
  /** One step; returns V·W `[C · D]` at the new W: sums over 32 rows in float32, then in double. Throws `shape-mismatch`. */
  step(step: ThinStep): Float64Array;
  dispose(): void;
}

/** Adam's running means of a gradient `[M · D]` and of its square. */
export interface AdamMoments {
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

export interface ThinStep {
  /** G `[C, D]` */
  readonly gradient: Matrix;
  /** U `[C, M]` */
  readonly factors: Matrix;
  /** V `[C, M]` */
  readonly next: Matrix;
  /** Learning rate over 1 − β₁ᵗ, and 1 / √(1 − β₂ᵗ). */
  readonly step: number;
  readonly scale: number;
}

export interface MatcherSupport {
  /** Raw representations `[N, M]`, N ≥ 1 and M ≥ 1; they are centred on row 0 inside. */
  readonly vectors: Matrix;
  /** `[N]` the class of a row whose label equals its own prediction, else −1 (so also for label −99). */
  readonly goodClasses: Int32Array;
  /**
   * `[M, D]` Columns of which rows and queries are sums, up to rounding and one vector that all share: the projection weights of an adaptor.
   * Results are the same with and without. Where D is smaller than M, and rows and queries are many, they come sooner. Must not change while
   * the matcher is used.
   */
  readonly span?: Matrix | undefined;
  /**
   * About how many queries there will be, of which rows of `matchSupport` count half. What is worth preparing for them is prepared at once, else
   * when so many have come. @default 0
   */
  readonly expectedQueries?: number | undefined;
}

export interface MatchRequest {
  /** Raw representations `[n, M]`. */
  readonly queries: Matrix;
  /** Predicted class of each query `[n]`. */
  readonly predictions: Int32Array;
  /** Support row to leave out for each query `[n]`, −1 for none. @default none */
  readonly exclusions?: Int32Array | undefined;
  /** Cap of the similarity, an integer ≥ 0. */
  readonly maxSimilarity: number;
  readonly signal?: AbortSignal | undefined;
  /** Called between blocks of queries with how many are done. */
  readonly onProgress?: ((completed: number) => void) | undefined;
}

/** All support rows as queries, of which each leaves itself out. */
export interface SupportMatchRequest extends Omit<MatchRequest, 'queries' | 'exclusions'> {
  /** Predicted class of each support row `[N]`; that of a good row is its good class. */
  readonly predictions: Int32Array;
}

/** One entry a query. */
export interface Matches {
  /** Good rows before the first row that is not good, in (distance, index) order, at most `maxSimilarity`. */
  readonly similarities: Int32Array;
  /** Squared L2 distance to the nearest eligible row. */
  readonly nearestDistances: Float32Array;
  /** That row; the lowest index among equal distances. */
  readonly nearestIndices: Int32Array;
}

/** Rows near a query, the nearest first. */
export interface NearestRows {
  readonly indices: Int32Array;
  /** Squared L2. */
  readonly distances: Float32Array;
}

/** A support set ready for matching. Distance: max(0, (|c|² + |x|²) − 2·c·x) in float32 on rows centred on support row 0. */
export interface Matcher {
  /** Number of support rows. */
  readonly size: number;
  /** Throws `shape-mismatch`, `out-of-range`, `not-finite`, `aborted`, and `empty-input` if an exclusion leaves a query no row. */
  match(request: MatchRequest): Promise<Matches>;
  /**
   * What `match` gives of the support rows themselves, each without itself, in about half the time, since a pair answers two rows. Throws as
   * `match` does, and `out-of-range` where the prediction of a good row is another class.
   */
  matchSupport(request: SupportMatchRequest): Promise<Matches>;
  /**
   * The nearest `count` rows of one raw query `[M]` in (distance, index) order, fewer when the support is smaller, without row
   * `exclusion` (−1: none). Cheap right after `match` of this query alone. Throws as `match` does.
   */
  nearest(query: Float32Array, count: number, exclusion?: number): NearestRows;
  /** Squared distances `[N]` of one raw query `[M]`: the same numbers `match` sees. */
  distances(query: Float32Array): Float32Array;
  dispose(): void;
}
