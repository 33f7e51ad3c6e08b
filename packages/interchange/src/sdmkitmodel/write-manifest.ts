import { SdmError } from '@sdmjs/core';
import packageManifest from '../../package.json' with { type: 'json' };
import { indentedLength, spellJson } from '../json.js';
import { encodePieces } from '../json-lines.js';
import {
  LARGEST_MANIFEST,
  MANIFEST_FILE,
  type ModelManifest,
  RECORDS_FILE,
  VECTORS_FILE,
  WEIGHTS_FILE,
  weightCount,
} from './manifest.js';
import { chooseLeftOut, type OptionalPart } from './optional-parts.js';

export interface WrittenManifest {
  readonly bytes: Uint8Array;
  /** Members of the metadata for which there was no room. */
  readonly leftOut: readonly OptionalPart[];
}

/**
 * The bytes of `manifest.json`, keys in the order of the Python SDK, without optional parts where the whole would be longer than a reader takes.
 * Throws `out-of-range` where the rest alone is.
 */
export function writeManifest(manifest: ModelManifest, largest = LARGEST_MANIFEST): WrittenManifest {
  const { metadata = {} } = manifest;
  const bytesOf = (name: OptionalPart) => (metadata[name] === undefined ? 0 : indentedLength(metadata[name], 2));
  const parts = {
    bestIterationSplits: bytesOf('bestIterationSplits'),
    sourceData: bytesOf('sourceData'),
    trainingRun: bytesOf('trainingRun'),
  };
  const whole = indentedLength(spelled(manifest)) + 1;
  const rest = Object.values(parts).reduce((left, bytes) => left - bytes, whole);
  const leftOut = chooseLeftOut({ rest, parts }, largest);
  if (!leftOut) {
    throw new SdmError(
      'out-of-range',
      `${MANIFEST_FILE}: wanted at most ${largest} bytes, which readers take, got ${rest}; calibrate on fewer rows, on a coarser ladder or with less metadata`,
    );
  }
  const kept = Object.entries(metadata).filter(([name]) => !leftOut.some((part) => part === name));
  const written = leftOut.length === 0 ? manifest : { ...manifest, metadata: Object.fromEntries(kept) };
  const spell = (add: (piece: string) => void): void => {
    spellJson(spelled(written), add);
    add('\n');
  };
  return { bytes: encodePieces(spell, MANIFEST_FILE), leftOut };
}

function spelled(manifest: ModelManifest) {
  const { configuration, normalization, representation, metadata, checksums } = manifest;
  return {
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
}
