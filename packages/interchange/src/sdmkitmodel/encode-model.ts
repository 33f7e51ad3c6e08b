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
import { writeManifest } from './write-manifest.js';

/** The files of a `.sdmkitmodel` package, checksums included. Nothing is checked here: `decodeModel` checks what a package holds. */
export async function encodeModel(estimator: SdmEstimator): Promise<PackageFiles> {
  const { model, calibrationScores } = estimator;
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = model.adaptor;
  const payloads: PackageFiles = {
    [WEIGHTS_FILE]: encodeFloat32([projectionWeight.data, projectionBias, classifierWeight.data, classifierBias]),
    [VECTORS_FILE]: encodeFloat32([model.support.representations.data]),
    [RECORDS_FILE]: encodeSupportRecords(model.support),
    ...(calibrationScores && { [CALIBRATION_FILE]: encodeCalibrationRecords(calibrationScores) }),
  };
  const checksums = await checksumsOf(payloads, Object.keys(payloads));
  const manifest = writeManifest({ ...manifestOf(estimator), checksums });
  return { [MANIFEST_FILE]: new TextEncoder().encode(manifest), ...payloads };
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
