import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `python/produce.py` writes, file by file. */
export interface References {
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: {
    readonly features: number[][];
    readonly labels: number[];
    readonly trainingCount: number;
    readonly queries: number[][];
  };
  readonly chance: readonly ChanceVector[];
  readonly activations: readonly ActivationCase[];
  readonly regions: readonly RegionCase[];
  readonly training: readonly TrainingRun[];
}

export interface ChanceVector {
  readonly seed: string;
  readonly words: readonly string[];
  readonly uniform: readonly number[];
  readonly steps: readonly { readonly permutation: readonly number[]; readonly double: number }[];
}

export interface ActivationCase {
  readonly logits: number[][];
  readonly similarities: number[];
  readonly distanceQuantiles: number[];
  readonly labels: number[];
  readonly sdkProbabilities: number[][];
  readonly torchProbabilities: number[][];
  readonly logProbabilities: number[][];
  readonly losses: number[];
  readonly meanLossGradient: number[][];
}

export interface RegionCase {
  readonly probabilities: number[][];
  readonly rescaledSimilarities: number[];
  readonly labels: number[];
  readonly predictions: number[];
  readonly alphaResolution: number;
  readonly outOfDistributionLimit: number;
  readonly regions: readonly { readonly alpha: number; readonly minimum: number; readonly thresholds: number[] }[];
}

export interface TrainingRun {
  readonly name: string;
  readonly learningRate: number;
  readonly crossEntropyEpochs: number;
  readonly epochs: number;
  readonly iterations: number;
  readonly shuffle: boolean;
  /** Package of the selected model, beside the JSON files. */
  readonly model: string;
  readonly bestEpoch: number;
  readonly bestIteration: number;
  readonly trainingPoolIndices: readonly number[];
  readonly history: readonly Readonly<Record<string, number | boolean | null>>[];
  readonly progressEpochs: readonly number[];
  readonly weights: Readonly<Record<string, number[]>>;
}

/** One scored row as the SDK prints it, in the words of its files. */
export interface SdkScore {
  readonly prediction: number;
  readonly q: number;
  readonly nearestSupportIndex: number;
  readonly nearestSupportID: string;
  readonly cumulativeEffectiveSampleSizes: readonly number[];
  readonly centroidRegionAlpha: number;
  readonly lowerRegionAlpha: number;
  readonly d0: number;
  readonly d: number;
  readonly qPrime: number;
  readonly zPrime: number[];
  readonly sdm: number[];
  readonly sdmLower: number[];
  readonly sdmUpper: number[];
  readonly effectiveSampleSizeErrors: number[];
  readonly dLower: number;
  readonly dUpper: number;
  readonly qPrimeLower: number;
  readonly nearestSupportMatches?: readonly { readonly supportIndex: number; readonly squaredDistance: number }[];
}

export interface SdkScores {
  readonly modelId: string;
  readonly plain: readonly SdkScore[];
  readonly exclusions: readonly number[];
  readonly excluded: readonly SdkScore[];
  /** Only when the SDK recalibrated the package. */
  readonly recalibratedRegions?: readonly number[];
}

export async function readReferences(folder: string): Promise<References> {
  const read = async <Value>(name: string): Promise<Value> => readReference<Value>(join(folder, `${name}.json`));
  return {
    versions: await read('versions'),
    rows: await read('rows'),
    chance: await read('chance'),
    activations: await read('activations'),
    regions: await read('regions'),
    training: await read('training'),
  };
}

export async function readReference<Value>(path: string): Promise<Value> {
  return JSON.parse(await readFile(path, 'utf8')) as Value;
}
