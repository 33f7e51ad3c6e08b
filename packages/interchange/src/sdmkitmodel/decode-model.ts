import { createEmpiricalCdf, createMatrix, SdmError } from '@sdmjs/core';
import { type EstimatorParts, type ExemplarAdaptor, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { createSupportSet } from '@sdmjs/exemplars';
import { type PackageFiles, verifyChecksums } from '../checksums.js';
import { badFormat } from '../fields.js';
import { decodeFloat32 } from '../float32-bytes.js';
import { decodeCalibrationRecords } from './calibration-records.js';
import {
  CALIBRATION_FILE,
  MANIFEST_FILE,
  type ModelConfiguration,
  type ModelManifest,
  RECORDS_FILE,
  similarityBound,
  VECTORS_FILE,
  WEIGHTS_FILE,
  weightCount,
} from './manifest.js';
import { readManifest } from './read-manifest.js';
import { decodeSupportRecords } from './support-records.js';

export interface LoadOptions extends Pick<EstimatorParts, 'targetAccuracy' | 'createIndex' | 'kernels'> {
  /** The fingerprint of the features to be scored; a model of other features is refused. Absent: unchecked. */
  readonly expectedFingerprint?: string | undefined;
  /** Whether the files are compared with their checksums. @default true */
  readonly verifyChecksums?: boolean | undefined;
}

/**
 * An estimator from the files of a `.sdmkitmodel` package, after checking all of them. Without `calibration.jsonl` it scores and cannot be recalibrated.
 * Throws `bad-format`, `unsupported-version`, `bad-checksum`, `not-finite`, `label-out-of-range`, `duplicate-id`, `fingerprint-mismatch` or `out-of-range`.
 */
export async function decodeModel(files: PackageFiles, options: LoadOptions = {}): Promise<SdmEstimator> {
  const manifest = readManifest(memberOf(files, MANIFEST_FILE));
  const { configuration, representation } = manifest;
  requireFingerprint(representation.fingerprint, options.expectedFingerprint);
  const payloads = [WEIGHTS_FILE, VECTORS_FILE, RECORDS_FILE];
  for (const name of payloads) memberOf(files, name);
  if (manifest.checksums) {
    requireCoverage(manifest.checksums, files[CALIBRATION_FILE] ? [...payloads, CALIBRATION_FILE] : payloads);
    if (options.verifyChecksums ?? true) await verifyChecksums(manifest.checksums, files);
  }
  return restoreEstimator({
    model: {
      adaptor: adaptorOf(memberOf(files, WEIGHTS_FILE), configuration),
      normalization: manifest.normalization,
      support: supportOf(files, manifest),
      classNames: configuration.classNames,
      maxSimilarity: configuration.maxSimilarity,
      similarityOffset: configuration.similarityOffset,
      outOfDistributionLimit: configuration.outOfDistributionLimit,
      representation,
    },
    calibrationScores: calibrationOf(files[CALIBRATION_FILE], manifest),
    distanceScale: { byClass: manifest.distances.map(createEmpiricalCdf) },
    rescaledSimilarityCdfs: manifest.rescaledSimilarities.map(createEmpiricalCdf),
    nestedRegions: { alphaResolution: configuration.alphaResolution, regions: manifest.regions },
    modelId: manifest.modelId,
    createdAt: manifest.createdAt,
    metadata: manifest.metadata,
    targetAccuracy: options.targetAccuracy,
    createIndex: options.createIndex,
    kernels: options.kernels,
  });
}

function memberOf(files: PackageFiles, name: string): Uint8Array {
  const bytes = files[name];
  if (bytes) return bytes;
  throw new SdmError('bad-format', `${name}: the package has no such file; take another copy of the whole folder`);
}

function requireFingerprint(fingerprint: string, expected: string | undefined): void {
  if (expected === undefined || expected === fingerprint) return;
  throw new SdmError(
    'fingerprint-mismatch',
    `loadModel: the model was trained on features "${fingerprint}", wanted "${expected}"; encode with that encoder or take the model for yours`,
  );
}

function requireCoverage(checksums: Readonly<Record<string, string>>, wanted: readonly string[]): void {
  const named = Object.keys(checksums).toSorted();
  if (named.join() !== wanted.toSorted().join()) {
    throw badFormat(`${MANIFEST_FILE}: "checksums"`, `one for each of ${wanted.join(', ')}`, named);
  }
}

function adaptorOf(bytes: Uint8Array, configuration: ModelConfiguration): ExemplarAdaptor {
  const { featureCount, representationSize, classNames } = configuration;
  const values = decodeFloat32(bytes, weightCount(configuration), WEIGHTS_FILE);
  let offset = 0;
  const take = (count: number) => values.slice(offset, (offset += count));
  return {
    projectionWeight: createMatrix(representationSize, featureCount, take(representationSize * featureCount)),
    projectionBias: take(representationSize),
    classifierWeight: createMatrix(classNames.length, representationSize, take(classNames.length * representationSize)),
    classifierBias: take(classNames.length),
  };
}

function supportOf(files: PackageFiles, { supportCount, configuration }: ModelManifest) {
  const { representationSize, classNames } = configuration;
  const vectors = decodeFloat32(memberOf(files, VECTORS_FILE), supportCount * representationSize, VECTORS_FILE);
  const records = memberOf(files, RECORDS_FILE);
  return createSupportSet({
    representations: createMatrix(supportCount, representationSize, vectors),
    ...decodeSupportRecords(records, { supportCount, classCount: classNames.length }),
  });
}

function calibrationOf(bytes: Uint8Array | undefined, { supportCount, configuration }: ModelManifest) {
  if (!bytes) return undefined;
  return decodeCalibrationRecords(bytes, {
    classCount: configuration.classNames.length,
    similarityBound: similarityBound(configuration, supportCount),
  });
}
