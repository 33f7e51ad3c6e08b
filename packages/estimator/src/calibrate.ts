import { findNestedRegions, fitEffectiveSampleSizes, type RegionRequirement } from '@sdmjs/calibration';
import type { CreateExemplarIndex } from '@sdmjs/exemplars';
import type { Kernels } from '@sdmjs/kernels';
import { type CalibrationRows, fitCalibrationScale } from './calibration-rows.js';
import { restoreEstimator, type SdmEstimator } from './sdm-estimator.js';
import { withRequirement } from './region-requirement.js';
import type { SdmModel } from './sdm-model.js';

export interface CalibrateOptions {
  readonly model: SdmModel;
  /** The calibration split as the model scores it; `trainModel` returns it. */
  readonly calibrationScores: CalibrationRows;
  /** Accuracy wanted among admitted rows, by class and by prediction; a rung of the ladder. @default the lowest rung that is at least 0.95 */
  readonly targetAccuracy?: number | undefined;
  /** Step of the ladder of target accuracies, in [0.00005, 0.5). @default 0.05 */
  readonly alphaResolution?: number | undefined;
  /** What every region keeps on the calibration rows; any but the default is noted in the metadata. @default 'byLabel' */
  readonly requirement?: RegionRequirement | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly createIndex?: CreateExemplarIndex | undefined;
  readonly kernels?: Kernels | undefined;
}

/**
 * Turns a trained model into an estimator: distance and q' distributions and the ladder of regions, all from the calibration rows.
 * A region that does not exist is no error: see `nestedRegions.rungs`. Throws `shape-mismatch` or `out-of-range`.
 */
export function calibrate(options: CalibrateOptions): SdmEstimator {
  const { model, calibrationScores, alphaResolution = 0.05, requirement, metadata, ...rest } = options;
  const { outOfDistributionLimit } = model;
  return restoreEstimator({
    ...pick(rest),
    metadata: withRequirement(metadata, requirement),
    model,
    calibrationScores,
    distanceScale: fitCalibrationScale(calibrationScores, model),
    rescaledSimilarityCdfs: fitEffectiveSampleSizes(
      calibrationScores.rescaledSimilarities,
      calibrationScores.labels,
      model.classNames.length,
    ),
    nestedRegions: findNestedRegions(calibrationScores, { alphaResolution, outOfDistributionLimit, requirement }),
  });
}

/** Only what belongs in an estimator: callers may spread a whole training result into the options. */
function pick({ targetAccuracy, createIndex, kernels }: Partial<CalibrateOptions>) {
  return { targetAccuracy, createIndex, kernels };
}
