import type { HighReliabilityRegion } from '@sdmjs/calibration';
import type { Normalization, Representation } from '@sdmjs/estimator';
import type { JsonObject } from '../json.js';

export const MANIFEST_FILE = 'manifest.json';
export const WEIGHTS_FILE = 'weights.f32';
export const VECTORS_FILE = 'support.f32';
export const RECORDS_FILE = 'support.jsonl';
export const CALIBRATION_FILE = 'calibration.jsonl';

/** Every file that a package may have; all but the last must be there. */
export const MODEL_FILES = [MANIFEST_FILE, WEIGHTS_FILE, VECTORS_FILE, RECORDS_FILE, CALIBRATION_FILE] as const;

/** Bytes of `manifest.json`, and numbers of a `.f32` file: the format allows no more, and no reader takes more. */
export const LARGEST_MANIFEST = 64 * 2 ** 20;
export const LARGEST_TENSOR = 2_000_000_000;

/** What `manifest.json` says, in our words. */
export interface ModelManifest {
  readonly modelId: string;
  readonly createdAt: string;
  readonly configuration: ModelConfiguration;
  readonly normalization: Normalization;
  readonly representation: Representation;
  /** N */
  readonly supportCount: number;
  /** Per class, ascending. */
  readonly distances: readonly ArrayLike<number>[];
  /** q' of the calibration rows per class, ascending. */
  readonly rescaledSimilarities: readonly ArrayLike<number>[];
  /** By descending target accuracy. */
  readonly regions: readonly HighReliabilityRegion[];
  readonly metadata?: JsonObject | Readonly<Record<string, unknown>> | undefined;
  /** SHA-256 in lowercase hex by file name. */
  readonly checksums?: Readonly<Record<string, string>> | undefined;
}

export interface ModelConfiguration {
  readonly classNames: readonly string[];
  /** D */
  readonly featureCount: number;
  /** M */
  readonly representationSize: number;
  readonly maxSimilarity: number;
  readonly similarityOffset: number;
  readonly outOfDistributionLimit: number;
  readonly alphaResolution: number;
}

/** How many numbers `weights.f32` holds: W1 [M, D], b1 [M], W2 [C, M], b2 [C]. */
export function weightCount({ classNames, featureCount, representationSize }: ModelConfiguration): number {
  return representationSize * (featureCount + 1) + classNames.length * (representationSize + 1);
}

/** The largest q that any row of this model can have. */
export function similarityBound(configuration: ModelConfiguration, supportCount: number): number {
  return Math.min(configuration.maxSimilarity, supportCount);
}
