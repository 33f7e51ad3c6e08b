import type { SdmEstimator } from '@sdmjs/estimator';
import { checksumsOf, type PackageFiles } from '../checksums.js';
import { encodeFloat32 } from '../float32-bytes.js';
import { encodeCalibrationRecords } from './calibration-records.js';
import {
  CALIBRATION_FILE,
  MANIFEST_FILE,
  type ModelManifest,
  RECORDS_FILE,
  VECTORS_FILE,
  WEIGHTS_FILE,
} from './manifest.js';
import { encodeSupportRecords } from './support-records.js';
import type { OptionalPart } from './optional-parts.js';
import { writeManifest } from './write-manifest.js';

export interface EncodeOptions {
  /** Called where the manifest would be longer than readers take, with the members of the metadata that were left out of it. */
  readonly onLeftOut?: ((parts: readonly OptionalPart[]) => void) | undefined;
}

/**
 * The files of a `.sdmkitmodel` package, checksums included. Throws `out-of-range` where there is more than a package holds; nothing else is
 * checked here: `decodeModel` checks what a package holds.
 */
export async function encodeModel(estimator: SdmEstimator, { onLeftOut }: EncodeOptions = {}): Promise<PackageFiles> {
  const { model, calibrationScores } = estimator;
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = model.adaptor;
  const payloads: PackageFiles = {
    [WEIGHTS_FILE]: encodeFloat32(
      [projectionWeight.data, projectionBias, classifierWeight.data, classifierBias],
      WEIGHTS_FILE,
    ),
    [VECTORS_FILE]: encodeFloat32([model.support.representations.data], VECTORS_FILE),
    [RECORDS_FILE]: encodeSupportRecords(model.support),
    ...(calibrationScores && { [CALIBRATION_FILE]: encodeCalibrationRecords(calibrationScores) }),
  };
  const checksums = await checksumsOf(payloads, Object.keys(payloads));
  const { bytes, leftOut } = writeManifest({ ...manifestOf(estimator), checksums });
  if (leftOut.length > 0) onLeftOut?.(leftOut);
  return { [MANIFEST_FILE]: bytes, ...payloads };
}

function manifestOf(estimator: SdmEstimator): ModelManifest {
  const { model, nestedRegions, distanceScale } = estimator;
  return {
    modelId: estimator.modelId,
    createdAt: estimator.createdAt,
    configuration: {
      classNames: model.classNames,
      featureCount: model.adaptor.projectionWeight.columns,
      representationSize: model.adaptor.projectionWeight.rows,
      maxSimilarity: model.maxSimilarity,
      similarityOffset: model.similarityOffset,
      outOfDistributionLimit: model.outOfDistributionLimit,
      alphaResolution: nestedRegions.alphaResolution,
    },
    normalization: model.normalization,
    representation: model.representation,
    supportCount: model.support.ids.length,
    distances: distanceScale.byClass.map((cdf) => cdf.sorted),
    rescaledSimilarities: estimator.rescaledSimilarityCdfs.map((cdf) => cdf.sorted),
    regions: nestedRegions.regions,
    metadata: estimator.metadata,
  };
}
