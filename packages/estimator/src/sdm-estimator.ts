import type { NestedRegions } from '@sdmjs/calibration';
import { createPause, type EmpiricalCdf, type Matrix, rowsOf, throwIfAborted } from '@sdmjs/core';
import type { CreateExemplarIndex, DistanceScale } from '@sdmjs/exemplars';
import type { Kernels } from '@sdmjs/kernels';
import type { SavedCalibrationRows } from './calibration-rows.js';
import { requireConsistentParts, requireScorable, type RowsRequest, singleRow } from './check-request.js';
import type { Estimate } from './estimate.js';
import { loadRuntime, type Runtime } from './runtime.js';
import { createBatchRoom, scoreBatch } from './score-batch.js';
import type { SdmModel } from './sdm-model.js';
import { chooseTargetAccuracy } from './target-accuracy.js';

/** The regions of an estimator; the report on every rung is there when they were found in this run, not when read from a file. */
export type EstimatorRegions = Pick<NestedRegions, 'alphaResolution' | 'regions'> &
  Partial<Pick<NestedRegions, 'rungs'>>;

/** Everything an estimator is made of, as files hold it. */
export interface EstimatorParts {
  readonly model: SdmModel;
  /** Without them the estimator scores, and cannot be recalibrated. */
  readonly calibrationScores?: SavedCalibrationRows | undefined;
  readonly distanceScale: DistanceScale;
  /** q' of all calibration rows of each true class. */
  readonly rescaledSimilarityCdfs: readonly EmpiricalCdf[];
  readonly nestedRegions: EstimatorRegions;
  /** A rung of the ladder. @default the lowest rung that is at least 0.95 */
  readonly targetAccuracy?: number | undefined;
  /** @default a fresh UUID */
  readonly modelId?: string | undefined;
  /** ISO 8601, whole seconds, UTC. @default now */
  readonly createdAt?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Where matching runs. @default the exact index on the CPU */
  readonly createIndex?: CreateExemplarIndex | undefined;
  /** Arithmetic, not disposed by the estimator. @default the best that loads, freed by `dispose` */
  readonly kernels?: Kernels | undefined;
}

export interface RequestOptions {
  /** Fingerprint of the features; another one than the model's throws `fingerprint-mismatch`. Absent: unchecked. */
  readonly fingerprint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EstimateOptions extends RequestOptions {
  /** How many nearest exemplars to show. @default 25 */
  readonly nearestCount?: number;
  /** Support row to leave out: the row itself, when it is part of the support. */
  readonly exclusion?: number | undefined;
}

export interface EstimateAllOptions extends RequestOptions {
  /** How many nearest exemplars to show a row. @default 0 */
  readonly nearestCount?: number;
  /** `[rows]` support row to leave out, −1 for none. */
  readonly exclusions?: Int32Array | undefined;
  readonly onProgress?: ((progress: { readonly completed: number; readonly total: number }) => void) | undefined;
}

/** A calibrated model: what may be asked for estimates. */
export interface SdmEstimator extends EstimatorParts {
  readonly targetAccuracy: number;
  readonly modelId: string;
  readonly createdAt: string;
  /** Scores one row of raw features `[D]`. Throws `bad-format`, `shape-mismatch`, `not-finite`, `fingerprint-mismatch`, `out-of-range` or `aborted`. */
  estimate(features: Float32Array, options?: EstimateOptions): Promise<Estimate>;
  /** Scores rows of raw features `[rows, D]`, in order; each comes out as `estimate` would give it. */
  estimateAll(features: Matrix, options?: EstimateAllOptions): Promise<Estimate[]>;
  /** Frees the index and the kernels. A later estimate would load them again. */
  dispose(): void;
}

/** Rows at a time: enough that the weights are packed seldom. */
const BATCH_SIZE = 1024;

/** An estimator from its parts; loads kernels and index at the first estimate. Throws when the parts do not fit each other. */
export function restoreEstimator(parts: EstimatorParts): SdmEstimator {
  requireConsistentParts(parts);
  const calibrated = {
    ...parts,
    targetAccuracy: chooseTargetAccuracy(parts.nestedRegions.alphaResolution, parts.targetAccuracy),
    modelId: parts.modelId ?? crypto.randomUUID(),
    createdAt: parts.createdAt ?? `${new Date().toISOString().slice(0, 19)}Z`,
  };
  let runtime: Promise<Runtime> | undefined;

  async function score(features: Matrix, options: RowsRequest): Promise<Estimate[]> {
    const { nearestCount = 0, signal, onProgress } = options;
    requireScorable(parts.model, features, { ...options, nearestCount });
    const exclusions = options.exclusions ? new Int32Array(options.exclusions) : new Int32Array(features.rows).fill(-1);
    runtime ??= loadRuntime(parts);
    const estimates: Estimate[] = [];
    const room = createBatchRoom(parts.model, Math.min(BATCH_SIZE, features.rows));
    const pause = createPause(); // so that progress shows and an abort arrives
    for (let start = 0; start < features.rows; start += BATCH_SIZE) {
      throwIfAborted(signal, 'estimateAll');
      const end = Math.min(start + BATCH_SIZE, features.rows);
      const batch = rowsOf(features, start, end);
      const batchOptions = { nearestCount, exclusions: exclusions.subarray(start, end), signal, room };
      estimates.push(...(await scoreBatch(calibrated, batch, { ...(await runtime), ...batchOptions })));
      onProgress?.({ completed: end, total: features.rows });
      await pause();
    }
    return estimates;
  }

  return {
    ...calibrated,
    estimateAll: (features, options = {}) => score(features, options),
    async estimate(features, { nearestCount = 25, exclusion = -1, ...options } = {}) {
      const [estimate] = await score(singleRow(features), { ...options, nearestCount, exclusions: [exclusion] });
      return estimate!;
    },
    dispose() {
      const closing = runtime;
      runtime = undefined;
      void closing?.then(
        (loaded) => loaded.dispose(),
        () => undefined,
      );
    },
  };
}
