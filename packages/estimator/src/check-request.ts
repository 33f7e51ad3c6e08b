import { createMatrix, type Matrix, requireColumns, requireFinite, SdmError } from '@sdmjs/core';
import type { EstimateAllOptions, EstimatorParts } from './sdm-estimator.js';
import { requireConsistentModel, type SdmModel } from './sdm-model.js';

/** What is asked about rows; `exclusions` as they were given, before anything cuts them to integers. */
export interface RowsRequest extends Omit<EstimateAllOptions, 'exclusions'> {
  readonly exclusions?: ArrayLike<number> | undefined;
}

/** One row of features `[D]` as a matrix, not copied. Throws `bad-format` unless it is a Float32Array. */
export function singleRow(features: Float32Array): Matrix {
  requireFloat32(features, 'estimate: features');
  return createMatrix(1, features.length, features);
}

/** Throws unless the features and the options of a request fit the model. */
export function requireScorable(model: SdmModel, features: Matrix, options: RowsRequest): void {
  const { fingerprint, exclusions, nearestCount } = options;
  requireFeatures(model, features, { fingerprint, where: 'estimate' });
  if (nearestCount !== undefined && (!Number.isSafeInteger(nearestCount) || nearestCount < 0)) {
    throw new SdmError('out-of-range', `estimate: wanted an integer nearestCount >= 0, got ${nearestCount}`);
  }
  if (exclusions) requireExclusions(exclusions, { rows: features.rows, model });
}

/** Throws unless raw features `[rows, D]` are a matrix of the model's width, finite, and of its fingerprint, where one is given. */
export function requireFeatures(
  { representation, adaptor }: SdmModel,
  features: Matrix,
  { fingerprint, where }: { readonly fingerprint: string | undefined; readonly where: string },
): void {
  requireFloat32(features?.data, `${where}: the data of the features`);
  if (fingerprint !== undefined && fingerprint !== representation.fingerprint) {
    throw new SdmError(
      'fingerprint-mismatch',
      `${where}: the features are "${fingerprint}", the model was trained on "${representation.fingerprint}"; encode the rows with that encoder`,
    );
  }
  requireColumns(features, adaptor.projectionWeight.columns, `${where}: features`);
  requireFinite(features, `${where}: features`);
}

/** By name, since arrays may come from another realm. */
function requireFloat32(values: Float32Array | undefined, what: string): void {
  if (values?.[Symbol.toStringTag] === 'Float32Array') return;
  throw new SdmError('bad-format', `${what}: wanted a Float32Array; give one row as such, several as a Matrix of one`);
}

/** Throws unless every exclusion is −1 or a support row, and leaves a row to be searched. */
export function requireExclusions(
  exclusions: ArrayLike<number>,
  { rows, model }: { readonly rows: number; readonly model: SdmModel },
): void {
  const supportCount = model.support.labels.length;
  if (exclusions.length !== rows) {
    throw new SdmError(
      'shape-mismatch',
      `estimate: wanted ${rows} exclusions, one a row (-1: none), got ${exclusions.length}`,
    );
  }
  for (let i = 0; i < rows; i++) {
    const exclusion = exclusions[i]!;
    if (!Number.isInteger(exclusion) || exclusion < -1 || exclusion >= supportCount) {
      throw new SdmError(
        'out-of-range',
        `estimate: row ${i} leaves out support row ${exclusion}; wanted -1 (none) or 0 … ${supportCount - 1}`,
      );
    }
    if (exclusion >= 0 && Math.min(model.maxSimilarity, supportCount) < 2) {
      throw new SdmError('empty-input', `estimate: row ${i} leaves out the only support row that may be searched`);
    }
  }
}

/** Throws unless the parts of an estimator fit each other. */
export function requireConsistentParts(parts: EstimatorParts): void {
  const { model, distanceScale, rescaledSimilarityCdfs, nestedRegions } = parts;
  requireConsistentModel(model);
  const classCount = model.classNames.length;
  const counts: [what: string, count: number][] = [
    ['distance distributions', distanceScale.byClass.length],
    ["distributions of q'", rescaledSimilarityCdfs.length],
    ...nestedRegions.regions.map((region): [string, number] => [
      `thresholds of region ${region.targetAccuracy}`,
      region.classThresholds.length,
    ]),
  ];
  for (const [what, count] of counts) {
    if (count !== classCount) {
      throw new SdmError('shape-mismatch', `restoreEstimator: wanted ${classCount} ${what}, one a class, got ${count}`);
    }
  }
}
