import { findNestedRegions, type RegionRequirement } from '@sdmjs/calibration';
import { SdmError } from '@sdmjs/core';
import { recordAt } from './metadata-records.js';
import { requirementIn, withRequirement } from './region-requirement.js';
import { restoreEstimator, type SdmEstimator } from './sdm-estimator.js';

export interface RecalibrateOptions {
  /** @default the lowest rung of the ladder that is at least 0.95 */
  readonly targetAccuracy?: number | undefined;
  /** @default the estimator's own */
  readonly alphaResolution?: number | undefined;
  /** @default the estimator's own */
  readonly requirement?: RegionRequirement | undefined;
}

/**
 * The same model at another target accuracy or ladder, from the calibration rows kept with it: no training, no scoring.
 * The result is a new estimator with a new model id. A stale one stays stale, since those rows were scored against the support as it was:
 * `rescoreCalibration` mends that. Throws `not-calibrated` when no calibration rows were kept.
 */
export function recalibrate(estimator: SdmEstimator, options: RecalibrateOptions = {}): SdmEstimator {
  const { model, calibrationScores, nestedRegions } = estimator;
  if (!calibrationScores || calibrationScores.labels.length === 0) {
    throw new SdmError(
      'not-calibrated',
      'recalibrate: the estimator holds no calibration rows; load a model that kept them, or train again',
    );
  }
  const alphaResolution = options.alphaResolution ?? nestedRegions.alphaResolution;
  const { outOfDistributionLimit } = model;
  const requirement = options.requirement ?? requirementIn(estimator.metadata);
  return restoreEstimator({
    ...estimator,
    nestedRegions: findNestedRegions(calibrationScores, { alphaResolution, outOfDistributionLimit, requirement }),
    targetAccuracy: options.targetAccuracy,
    modelId: undefined,
    createdAt: undefined,
    metadata: withRequirement(recalibrationMetadata(estimator, calibrationScores.labels.length), requirement),
  });
}

/** Where the regions came from, in the words of the files. */
function recalibrationMetadata(estimator: SdmEstimator, calibrationCount: number): Record<string, unknown> {
  const { metadata = {}, modelId, createdAt, nestedRegions } = estimator;
  const earlier = recordAt(metadata, 'workbenchRecalibration');
  return {
    ...metadata,
    recalibration: {
      ...recordAt(metadata, 'recalibration'),
      sourceModelID: modelId,
      source: 'savedCalibrationDiagnostics',
    },
    workbenchRecalibration: {
      ...earlier,
      sourceModelID: modelId,
      trainingModelID: earlier['trainingModelID'] ?? modelId,
      trainingCreatedAt: earlier['trainingCreatedAt'] ?? createdAt,
      previousAlphaResolution: nestedRegions.alphaResolution,
      calibrationCount,
    },
  };
}
