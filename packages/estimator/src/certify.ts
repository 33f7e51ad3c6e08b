import { type Certification, type CertificationOptions, certifyRungs } from '@sdmjs/calibration';
import { type Example, featureMatrix, labelsOf, type Matrix, SdmError } from '@sdmjs/core';
import type { EstimateAllOptions, RequestOptions, SdmEstimator } from './sdm-estimator.js';

/** Labelled rows that took no part in training, calibration or any choice: examples, or raw features `[rows, D]` with their labels. */
export type FreshRows = readonly Example[] | { readonly features: Matrix; readonly labels: ArrayLike<number> };

export interface CertifyOptions extends CertificationOptions, RequestOptions {
  /** Rungs to test, chosen before the fresh labels are seen. @default those that have a region */
  readonly targetAccuracies?: readonly number[] | undefined;
  /** Which of the two assigned regions counts. @default 'centroid' */
  readonly form?: 'centroid' | 'lower' | undefined;
  readonly onProgress?: EstimateAllOptions['onProgress'];
}

/**
 * Scores fresh labelled rows and tests on them which rungs keep their target in every true and every predicted class; see `certifyRungs`.
 * Throws `duplicate-id` when an example took part in training or calibration, `label-out-of-range` for a row without a known label, and
 * as `estimateAll` and `certifyRungs` do.
 */
export async function certify(
  estimator: SdmEstimator,
  fresh: FreshRows,
  options: CertifyOptions = {},
): Promise<Certification> {
  const { form = 'centroid', fingerprint, signal, onProgress, ...rest } = options;
  const targetAccuracies =
    options.targetAccuracies ?? estimator.nestedRegions.regions.map(({ targetAccuracy }) => targetAccuracy);
  const { features, labels } = freshRows(estimator, fresh);
  const classCount = estimator.model.classNames.length;
  requireKnown(labels, { rowCount: features.rows, classCount });
  const estimates = await estimator.estimateAll(features, { fingerprint, signal, onProgress });
  const rows = {
    labels,
    predictions: Int32Array.from(estimates, ({ prediction }) => prediction),
    assignedAlphas: estimates.map(({ regionAlpha, lower }) => (form === 'lower' ? lower.regionAlpha : regionAlpha)),
    classCount,
    targetAccuracies,
  };
  return certifyRungs(rows, rest);
}

function freshRows(estimator: SdmEstimator, fresh: FreshRows): { features: Matrix; labels: Int32Array } {
  if ('features' in fresh) return { features: fresh.features, labels: Int32Array.from(fresh.labels) };
  const known = new Set([...estimator.model.support.ids, ...(estimator.calibrationScores?.ids ?? [])]);
  const used = fresh.find(({ id }) => known.has(id));
  if (used !== undefined) {
    throw new SdmError(
      'duplicate-id',
      `certify: example "${used.id}" is a support or calibration row of this estimator; certify on rows kept out of both`,
    );
  }
  return { features: featureMatrix(fresh), labels: labelsOf(fresh) };
}

/** Before anything is scored: leaving rows out because their label is not known could make the certificate wrong. */
function requireKnown(labels: Int32Array, { rowCount, classCount }: { rowCount: number; classCount: number }): void {
  if (labels.length !== rowCount) {
    throw new SdmError('shape-mismatch', `certify: ${labels.length} labels for ${rowCount} rows; give one each`);
  }
  const row = labels.findIndex((label) => label < 0 || label >= classCount);
  if (row >= 0) {
    throw new SdmError(
      'label-out-of-range',
      `certify: label ${labels[row]} of row ${row}; wanted 0 … ${classCount - 1}: label every row of the sample`,
    );
  }
}
