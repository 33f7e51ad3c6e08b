import { requireRequirement } from '@sdmjs/calibration';
import { argMaxRows, type Example, featureMatrix, labelsOf, SdmError } from '@sdmjs/core';
import { calibrate } from './calibrate.js';
import { type CalibrationRows, createCalibrationRows } from './calibration-rows.js';
import { requireFeatures } from './check-request.js';
import { adapt } from './exemplar-adaptor.js';
import { requireNewExamples } from './new-examples.js';
import type { RecalibrateOptions } from './recalibrate.js';
import { requirementIn } from './region-requirement.js';
import { loadRuntime } from './runtime.js';
import type { RequestOptions, SdmEstimator } from './sdm-estimator.js';
import { normalize } from './standardizer.js';
import { withRescoredRows } from './support-history.js';
import { chooseTargetAccuracy } from './target-accuracy.js';

export type RescoreOptions = RecalibrateOptions & RequestOptions;

/**
 * Calibrates again from scratch, on labelled rows kept out of training and support: each is scored against the present support. The result
 * is a new estimator that is no longer stale; its target and ladder are the old ones unless given. Throws, before anything is scored, `empty-input`,
 * `duplicate-id` when a row belongs to the support or occurs twice, `bad-format` for an empty id, and as `estimate` and `calibrate` do.
 */
export async function rescoreCalibration(
  estimator: SdmEstimator,
  calibrationSet: readonly Example[],
  options: RescoreOptions = {},
): Promise<SdmEstimator> {
  const { model, nestedRegions, createIndex, kernels } = estimator;
  const calibration = {
    alphaResolution: options.alphaResolution ?? nestedRegions.alphaResolution,
    targetAccuracy:
      options.targetAccuracy ?? (options.alphaResolution === undefined ? estimator.targetAccuracy : undefined),
    requirement: options.requirement ?? requirementIn(estimator.metadata),
  };
  chooseTargetAccuracy(calibration.alphaResolution, calibration.targetAccuracy);
  requireRequirement(calibration.requirement);
  const features = featureMatrix(calibrationSet);
  requireRows(estimator, calibrationSet);
  requireFeatures(model, features, { fingerprint: options.fingerprint, where: 'rescoreCalibration' });
  const calibrationScores = await scoreRows(estimator, calibrationSet, options.signal);
  return calibrate({
    model,
    calibrationScores,
    ...calibration,
    metadata: await withRescoredRows(estimator, features),
    createIndex,
    kernels,
  });
}

async function scoreRows(
  estimator: SdmEstimator,
  examples: readonly Example[],
  signal: AbortSignal | undefined,
): Promise<CalibrationRows> {
  const { model } = estimator;
  const { kernels, index, dispose } = await loadRuntime(estimator);
  try {
    const outputs = adapt(model.adaptor, normalize(featureMatrix(examples), model.normalization), kernels);
    const { maxSimilarity, similarityOffset, outOfDistributionLimit } = model;
    const predictions = argMaxRows(outputs.logits);
    const found = await index.match(outputs.representations, predictions, { maxSimilarity, signal });
    return createCalibrationRows({
      ids: examples.map(({ id }) => id),
      labels: labelsOf(examples),
      logits: outputs.logits,
      similarities: found.similarities,
      nearestDistances: found.nearestDistances,
      similarityOffset,
      outOfDistributionLimit,
    });
  } finally {
    dispose();
  }
}

function requireRows({ model }: SdmEstimator, examples: readonly Example[]): void {
  if (examples.length === 0) {
    throw new SdmError('empty-input', 'rescoreCalibration: there are no rows; give labelled rows of every class');
  }
  requireNewExamples(examples, {
    where: 'rescoreCalibration',
    classCount: model.classNames.length,
    takenIds: model.support.ids,
    taken: 'a support row; calibrate on other rows',
  });
}
