import {
  type Certification,
  type CertificationOptions,
  certifyRungs,
  completeCertificationOptions,
  requireClasses,
} from '@sdmjs/calibration';
import { type Example, featureMatrix, labelsOf, type Matrix, SdmError } from '@sdmjs/core';
import { requireNewExamples } from './new-examples.js';
import { type RegionForm, regionAlphaOf, requireForm } from './region-form.js';
import type { EstimateAllOptions, RequestOptions, SdmEstimator } from './sdm-estimator.js';

/** Labelled rows that took no part in training, calibration or any choice: examples, or raw features `[rows, D]` with their labels. */
export type FreshRows = readonly Example[] | { readonly features: Matrix; readonly labels: ArrayLike<number> };

export interface CertifyOptions extends CertificationOptions, RequestOptions {
  /** Rungs to test, chosen before the fresh labels are seen. @default those that have a region */
  readonly targetAccuracies?: readonly number[] | undefined;
  /** Which of the two assigned regions counts. @default 'centroid' */
  readonly form?: RegionForm | undefined;
  readonly onProgress?: EstimateAllOptions['onProgress'];
}

/**
 * Scores fresh labelled rows and tests on them which rungs keep their target in every true and every predicted class; see `certifyRungs`.
 * Throws, before anything is scored, `empty-input` without rows, `duplicate-id` when an example took part in training or calibration or occurs
 * twice (under Unicode NFC), `bad-format` for an empty id, `label-out-of-range` for a row without a known label, and as `estimateAll` and
 * `certifyRungs` do.
 */
export async function certify(
  estimator: SdmEstimator,
  fresh: FreshRows,
  options: CertifyOptions = {},
): Promise<Certification> {
  const { form = 'centroid', fingerprint, signal, onProgress, ...rest } = options;
  const targetAccuracies =
    options.targetAccuracies ?? estimator.nestedRegions.regions.map(({ targetAccuracy }) => targetAccuracy);
  requireForm(form);
  completeCertificationOptions(rest, targetAccuracies);
  const { features, labels } = freshRows(estimator, fresh);
  const estimates = await estimator.estimateAll(features, { fingerprint, signal, onProgress });
  const rows = {
    labels,
    predictions: Int32Array.from(estimates, ({ prediction }) => prediction),
    assignedAlphas: estimates.map((estimate) => regionAlphaOf(estimate, form)),
    classCount: estimator.model.classNames.length,
    targetAccuracies,
  };
  return certifyRungs(rows, rest);
}

/** Checked as they were given: a row left out or a label cut to an integer could make the certificate wrong. */
function freshRows(estimator: SdmEstimator, fresh: FreshRows): { features: Matrix; labels: Int32Array } {
  const { model, calibrationScores } = estimator;
  const classCount = model.classNames.length;
  const rowCount = 'features' in fresh ? fresh.features.rows : fresh.length;
  if (rowCount === 0) throw new SdmError('empty-input', 'certify: there are no fresh rows; label some');
  if (!('features' in fresh)) {
    requireNewExamples(fresh, {
      where: 'certify',
      classCount,
      takenIds: [...model.support.ids, ...(calibrationScores?.ids ?? [])],
      taken: 'a support or calibration row of this estimator; certify on rows kept out of both',
    });
    return { features: featureMatrix(fresh), labels: labelsOf(fresh) };
  }
  const { features, labels } = fresh;
  if (labels.length !== rowCount) {
    throw new SdmError('shape-mismatch', `certify: ${labels.length} labels for ${rowCount} rows; give one each`);
  }
  requireClasses(labels, classCount, 'certify: label');
  return { features, labels: Int32Array.from(labels) };
}
