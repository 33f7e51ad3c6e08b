import type { Matrix } from '@sdmjs/core';
import { featureDigests } from './feature-digests.js';
import { recordAt } from './metadata-records.js';
import type { SdmEstimator } from './sdm-estimator.js';

type Metadata = Readonly<Record<string, unknown>>;

/** Where files say that the support was changed after training; other readers keep it as free metadata. */
const KEY = 'supportUpdate';

/**
 * Whether rows were added to the support after it was calibrated: similarities and distances are then measured against more rows than
 * the regions and distributions were found with, so their accuracy is no longer that of the calibration rows.
 */
export function isStale({ metadata = {} }: Pick<SdmEstimator, 'metadata'>): boolean {
  return recordAt(metadata, KEY)['stale'] === true;
}

/** The metadata after rows of these raw features were added: stale, with the digest of each row where rows have one. */
export async function withAddedRows(
  { metadata = {}, modelId, model }: SdmEstimator,
  features: Matrix,
): Promise<Metadata> {
  const earlier = recordAt(metadata, KEY);
  const trainedSupportCount = earlier['trainedSupportCount'] ?? model.support.ids.length;
  const addedCount = model.support.ids.length + features.rows - Number(trainedSupportCount);
  const update = { ...earlier, stale: true, sourceModelID: modelId, trainedSupportCount, addedCount };
  const { trainingFeatureDigests } = recordAt(metadata, 'sourceData');
  const added = trainingFeatureDigests === undefined ? undefined : await featureDigests(features);
  const digests =
    Array.isArray(trainingFeatureDigests) && added ? [...(trainingFeatureDigests as unknown[]), ...added] : undefined;
  return withDigests({ ...metadata, [KEY]: update }, 'trainingFeatureDigests', digests);
}

/** The metadata after calibration rows of these raw features were scored against the present support: no longer stale. */
export async function withRescoredRows({ metadata = {}, modelId }: SdmEstimator, features: Matrix): Promise<Metadata> {
  const hasDigests = metadata['sourceData'] !== undefined;
  const rescored = {
    ...metadata,
    ...(metadata[KEY] !== undefined && { [KEY]: { ...recordAt(metadata, KEY), stale: false } }),
    recalibration: {
      ...recordAt(metadata, 'recalibration'),
      sourceModelID: modelId,
      source: 'rescoredCalibrationRows',
    },
  };
  return withDigests(rescored, 'calibrationFeatureDigests', hasDigests ? await featureDigests(features) : undefined);
}

/** `sourceData` must have one digest a row: with `digests` in place of the old ones, or left out where they are not known. */
function withDigests(metadata: Metadata, key: string, digests: readonly unknown[] | undefined): Metadata {
  if (digests) return { ...metadata, sourceData: { ...recordAt(metadata, 'sourceData'), [key]: digests } };
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'sourceData'));
}
