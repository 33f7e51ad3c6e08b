import type { ModelResults } from './model-results.js';

/** What a page saw, sent to the server that it came from. */
export interface Report {
  readonly userAgent: string;
  readonly isIsolated: boolean;
  /** Whether `Atomics.wait` works where the kernels were called. */
  readonly maySleep: boolean;
  readonly kernels: { readonly name: string; readonly threads: number };
  /** Kernels that did not give the bits of the plain ones, and a digest of what they gave. */
  readonly different: readonly string[];
  readonly digests: Readonly<Record<string, string>>;
  /** The build that `deterministic: false` gives here, and the kernels of it that did not give the bits of the plain ones. */
  readonly relaxed: { readonly name: string; readonly different: readonly string[] };
  readonly model: ModelResults;
  /** Processor milliseconds of each worker thread of the kernels, before they were disposed of. */
  readonly worked: readonly number[];
  /** Workers that were ever made, those of the training and of the estimators among them. */
  readonly made: number;
  /** Worker threads of the kernels, of the training and of the estimators some time after they were disposed of. */
  readonly left: number;
  /** Errors that nobody caught. */
  readonly errors: readonly string[];
}

/** Instead of a report, why there is none. */
export interface Failure {
  readonly failure: string;
}
