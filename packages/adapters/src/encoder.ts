import type { Matrix } from '@sdmjs/core';
import type { Representation } from '@sdmjs/estimator';

/** Texts in, features out. `testEncoder` of `@sdmjs/adapters/testing` is the contract. */
export interface Encoder {
  /** Says which features these are: give it to `trainModel`, and its fingerprint with every request for estimates. */
  readonly representation: Representation;
  /** Texts encoded at a time when the caller does not say. */
  readonly batchSize: number;
  /**
   * One row a text, in order, `[texts, features]`; what a row holds depends on its text alone, up to rounding. Throws `empty-input` for a
   * text of nothing but white space, `out-of-range` for a batch size below 1, `aborted`, and what the outside system makes of it.
   */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Matrix>;
  /** Frees what the encoder holds. */
  dispose(): void;
}

export interface EncodeOptions {
  /** @default the encoder's own */
  readonly batchSize?: number | undefined;
  /** Called after every batch. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
  /** Stops between batches, and in a request that waits for somebody else. */
  readonly signal?: AbortSignal | undefined;
}

export interface EncodeProgress {
  readonly completed: number;
  readonly total: number;
  /** How many of the completed were in a cache. */
  readonly fromCache?: number;
}
