import { alphaLadder, type HighReliabilityRegion } from '@sdmjs/calibration';
import { SdmError } from '@sdmjs/core';
import { badFormat, type Fields, fieldsOf, requireNumbers, requireText } from '../fields.js';
import { type JsonValue, jsonDepth, parseJson } from '../json.js';
import { decodeText } from '../json-lines.js';
import {
  LARGEST_MANIFEST,
  LARGEST_TENSOR,
  MANIFEST_FILE,
  type ModelConfiguration,
  type ModelManifest,
  RECORDS_FILE,
  similarityBound,
  VECTORS_FILE,
  WEIGHTS_FILE,
  weightCount,
} from './manifest.js';

const DEEPEST_METADATA = 64;
const ALPHA_TOLERANCE = 1e-9;

/** Reads and checks `manifest.json`. Throws `bad-format` or `unsupported-version`. */
export function readManifest(bytes: Uint8Array): ModelManifest {
  if (bytes.length > LARGEST_MANIFEST) {
    throw badFormat(MANIFEST_FILE, `at most ${LARGEST_MANIFEST} bytes`, bytes.length);
  }
  const value = parseJson(decodeText(bytes, MANIFEST_FILE), MANIFEST_FILE);
  requireVersion(fieldsOf(value, MANIFEST_FILE));
  const fields = fieldsOf(value, MANIFEST_FILE, MANIFEST_KEYS);
  fields.object('producer', { required: ['name', 'version'] });
  const configuration = readConfiguration(fields.object('configuration', CONFIGURATION_KEYS));
  const supportCount = readSizes(fields, configuration);
  const bound = similarityBound(configuration, supportCount);
  const classCount = configuration.classNames.length;
  const manifest = {
    modelId: fields.text('modelID'),
    createdAt: readDate(fields),
    configuration,
    normalization: readNormalization(fields.object('normalization', { required: ['mean', 'standardDeviation'] })),
    representation: readRepresentation(fields.object('representation', REPRESENTATION_KEYS)),
    supportCount,
    distances: readDistributions(fields, 'distanceCDFs', { classCount, most: Infinity }),
    rescaledSimilarities: readDistributions(fields, 'rescaledSimilarityCDFs', { classCount, most: bound }),
    regions: readRegions(fields, configuration, bound),
  };
  return { ...manifest, ...readMetadata(value, fields), ...readChecksums(value, fields) };
}

const MANIFEST_KEYS = {
  required: `schemaVersion modelID createdAt producer configuration normalization representation weights support
    distanceCDFs rescaledSimilarityCDFs regions`.split(/\s+/),
  optional: ['metadata', 'checksums'],
};
const CONFIGURATION_KEYS = {
  required: `numberOfClasses classNames embeddingDimension exemplarDimension maxNeighbors qOffset oodLimit
    alphaResolution distanceMetric neighborTieBreak`.split(/\s+/),
};
const REPRESENTATION_KEYS = { required: ['provider', 'fingerprint', 'model', 'revision', 'inputTemplate'] };
const REGION_KEYS = { required: ['alpha', 'minimumRescaledSimilarity', 'outputThresholds'] };

function requireVersion(fields: Fields): void {
  const version = fields.integer('schemaVersion');
  if (version === 1) return;
  throw new SdmError(
    'unsupported-version',
    `${MANIFEST_FILE}: schemaVersion is ${version}, this reader knows 1; update @sdmjs/interchange or save the model with an older writer`,
  );
}

function readConfiguration(fields: Fields): ModelConfiguration {
  const classCount = fields.integer('numberOfClasses', { least: 2 });
  const classNames = fields.array('classNames').map((name) => requireText(name, `${fields.where}: "classNames"`));
  if (
    classNames.length !== classCount ||
    new Set(classNames.map((name) => name.normalize('NFC'))).size !== classCount
  ) {
    throw badFormat(`${fields.where}: "classNames"`, `${classCount} names, all different`, classNames);
  }
  requireConstant(fields, 'distanceMetric', 'squaredL2');
  requireConstant(fields, 'neighborTieBreak', 'supportIndexAscending');
  const similarityOffset = fields.number('qOffset');
  if (!(Math.fround(similarityOffset) > 1))
    throw badFormat(`${fields.where}: "qOffset"`, 'more than 1', similarityOffset);
  const alphaResolution = fields.number('alphaResolution', { least: 0.00005 });
  if (alphaResolution >= 0.5) throw badFormat(`${fields.where}: "alphaResolution"`, 'less than 0.5', alphaResolution);
  return {
    classNames,
    featureCount: fields.integer('embeddingDimension', { least: 1 }),
    representationSize: fields.integer('exemplarDimension', { least: 1 }),
    maxSimilarity: fields.integer('maxNeighbors', { least: 1 }),
    similarityOffset,
    outOfDistributionLimit: fields.integer('oodLimit', { least: 0 }),
    alphaResolution,
  };
}

/** N, once the sizes in `weights` and `support` are those of the configuration. */
function readSizes(fields: Fields, configuration: ModelConfiguration): number {
  const weights = fields.object('weights', { required: ['file', 'elementCount'] });
  requireConstant(weights, 'file', WEIGHTS_FILE);
  const count = weightCount(configuration);
  weights.integer('elementCount', { least: count, most: count });
  const support = fields.object('support', { required: ['vectorsFile', 'recordsFile', 'count'] });
  requireConstant(support, 'vectorsFile', VECTORS_FILE);
  requireConstant(support, 'recordsFile', RECORDS_FILE);
  const supportCount = support.integer('count', { least: 1 });
  if (Math.max(count, supportCount * configuration.representationSize) > LARGEST_TENSOR) {
    throw badFormat(MANIFEST_FILE, `tensors of at most ${LARGEST_TENSOR} numbers`, [count, supportCount]);
  }
  return supportCount;
}

function readDate(fields: Fields): string {
  const text = fields.text('createdAt');
  if (/T.*(Z|[+-]\d\d(:?\d\d)?)$/.test(text)) return text;
  throw badFormat(`${fields.where}: "createdAt"`, 'a date and time with an offset, as 2026-01-31T12:00:00Z', text);
}

function readNormalization(fields: Fields) {
  const standardDeviation = fields.number('standardDeviation');
  if (!(Math.fround(standardDeviation) > 0))
    throw badFormat(fields.where, 'a standardDeviation > 0', standardDeviation);
  return { mean: fields.number('mean'), standardDeviation };
}

function readRepresentation(fields: Fields) {
  return {
    provider: fields.text('provider'),
    fingerprint: fields.text('fingerprint'),
    model: fields.textOrNull('model'),
    revision: fields.textOrNull('revision'),
    inputTemplate: fields.textOrNull('inputTemplate'),
  };
}

function readDistributions(fields: Fields, key: string, rule: { classCount: number; most: number }): number[][] {
  const where = `${fields.where}: "${key}"`;
  const classes = fields.array(key);
  if (classes.length !== rule.classCount)
    throw badFormat(where, `${rule.classCount} arrays, one a class`, classes.length);
  return classes.map((values, c) => {
    const numbers = requireNumbers(values, `${where} of class ${c}`, { least: 0 });
    const last = Math.fround(numbers.at(-1) ?? 0);
    if (last > rule.most) throw badFormat(where, `numbers up to ${rule.most}, the most q can be`, last);
    const unsorted = numbers.findIndex((number, i) => i > 0 && number < numbers[i - 1]!);
    if (unsorted >= 0)
      throw badFormat(`${where} of class ${c}`, 'ascending numbers', numbers.slice(unsorted - 1, unsorted + 1));
    return numbers;
  });
}

function readRegions(fields: Fields, configuration: ModelConfiguration, bound: number): HighReliabilityRegion[] {
  const ladder = alphaLadder(configuration.alphaResolution);
  let previous = 1;
  return fields.array('regions').map((value, i) => {
    const region = fieldsOf(value, `${fields.where}: region ${i}`, REGION_KEYS);
    const targetAccuracy = region.number('alpha');
    if (!ladder.some((rung) => Math.abs(rung - targetAccuracy) <= ALPHA_TOLERANCE) || targetAccuracy >= previous) {
      throw badFormat(
        region.where,
        `a rung of the ladder of ${configuration.alphaResolution} below ${previous}`,
        targetAccuracy,
      );
    }
    previous = targetAccuracy;
    const minRescaledSimilarity = region.number('minimumRescaledSimilarity', { least: 0 });
    if (Math.fround(minRescaledSimilarity) > bound) {
      throw badFormat(region.where, `a minimumRescaledSimilarity up to ${bound}`, minRescaledSimilarity);
    }
    const classThresholds = region.numbers('outputThresholds').map(Math.fround);
    const isSound = (threshold: number) => threshold >= Math.fround(targetAccuracy) && threshold <= 1;
    if (classThresholds.length !== configuration.classNames.length || !classThresholds.every(isSound)) {
      throw badFormat(region.where, `one threshold in [${targetAccuracy}, 1] a class`, classThresholds);
    }
    return { targetAccuracy, minRescaledSimilarity, classThresholds };
  });
}

function readMetadata(value: JsonValue, fields: Fields) {
  if (!isPresent(value, 'metadata')) return {};
  const metadata = fields.freeObject('metadata');
  const depth = jsonDepth(metadata);
  if (depth > DEEPEST_METADATA)
    throw badFormat(`${fields.where}: "metadata"`, `depth up to ${DEEPEST_METADATA}`, depth);
  return { metadata };
}

function readChecksums(value: JsonValue, fields: Fields) {
  if (!isPresent(value, 'checksums')) return {};
  const sums = fields.object('checksums');
  const checksums = Object.keys(fields.freeObject('checksums')).map((name) => {
    const sum = sums.text(name);
    if (!/^[0-9a-f]{64}$/.test(sum)) throw badFormat(`${sums.where}: "${name}"`, '64 lowercase hex digits', sum);
    return [name, sum] as const;
  });
  return { checksums: Object.fromEntries(checksums) };
}

function isPresent(value: JsonValue, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function requireConstant(fields: Fields, key: string, wanted: string): void {
  const text = fields.text(key);
  if (text !== wanted) throw badFormat(`${fields.where}: "${key}"`, `"${wanted}"`, text);
}
