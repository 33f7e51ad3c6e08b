import packageManifest from '../../package.json' with { type: 'json' };
import { stringifyJson } from '../json.js';
import { type ModelManifest, RECORDS_FILE, VECTORS_FILE, WEIGHTS_FILE, weightCount } from './manifest.js';

/** The text of `manifest.json`, keys in the order of the Python SDK. */
export function writeManifest(manifest: ModelManifest): string {
  const { configuration, normalization, representation, metadata, checksums } = manifest;
  const written = {
    schemaVersion: 1,
    modelID: manifest.modelId,
    createdAt: manifest.createdAt,
    producer: { name: packageManifest.name, version: packageManifest.version },
    configuration: {
      numberOfClasses: configuration.classNames.length,
      classNames: configuration.classNames,
      embeddingDimension: configuration.featureCount,
      exemplarDimension: configuration.representationSize,
      maxNeighbors: configuration.maxSimilarity,
      qOffset: configuration.similarityOffset,
      oodLimit: configuration.outOfDistributionLimit,
      alphaResolution: configuration.alphaResolution,
      distanceMetric: 'squaredL2',
      neighborTieBreak: 'supportIndexAscending',
    },
    normalization: { mean: normalization.mean, standardDeviation: normalization.standardDeviation },
    representation: {
      provider: representation.provider,
      fingerprint: representation.fingerprint,
      model: representation.model,
      revision: representation.revision,
      inputTemplate: representation.inputTemplate,
    },
    weights: { file: WEIGHTS_FILE, elementCount: weightCount(configuration) },
    support: { vectorsFile: VECTORS_FILE, recordsFile: RECORDS_FILE, count: manifest.supportCount },
    distanceCDFs: manifest.distances.map((values) => Array.from(values)),
    rescaledSimilarityCDFs: manifest.rescaledSimilarities.map((values) => Array.from(values)),
    regions: manifest.regions.map((region) => ({
      alpha: region.targetAccuracy,
      minimumRescaledSimilarity: region.minRescaledSimilarity,
      outputThresholds: region.classThresholds,
    })),
    ...(metadata && { metadata }),
    ...(checksums && { checksums }),
  };
  return `${stringifyJson(written, { indent: 2 })}\n`;
}
