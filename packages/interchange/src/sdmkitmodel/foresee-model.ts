import { alphaLadder } from '@sdmjs/calibration';
import { stringifyJson } from '../json.js';
import { LARGEST_FILE } from '../json-lines.js';
import {
  CALIBRATION_FILE,
  LARGEST_MANIFEST,
  MANIFEST_FILE,
  RECORDS_FILE,
  VECTORS_FILE,
  WEIGHTS_FILE,
} from './manifest.js';
import { chooseLeftOut, type ManifestBytes, type OptionalPart, wholeOf } from './optional-parts.js';

/** What the size of a trained model's files depends on. */
export interface ModelSizes {
  /** N */
  readonly supportCount: number;
  readonly calibrationCount: number;
  /** D */
  readonly featureCount: number;
  /** M */
  readonly representationSize: number;
  readonly classNames: readonly string[];
  readonly epochs: number;
  readonly rounds: number;
  readonly alphaResolution: number;
  /** Bytes of the ids of each split as JSON, see `jsonBytes`. */
  readonly supportIdBytes: number;
  readonly calibrationIdBytes: number;
  /** Bytes of all texts and other members of support rows as JSON. */
  readonly documentBytes: number;
}

/** What is known of a model's files before it is trained. */
export interface ForeseenModel {
  /** Of all files, at most. */
  readonly bytes: number;
  /** Of all files, at least: their float32 numbers, ids and texts. */
  readonly leastBytes: number;
  /** Members of the metadata for which there may be no room in the manifest. */
  readonly leftOut: readonly OptionalPart[];
  /** Why the model may not fit its files, with a remedy; undefined where it does. */
  readonly obstacle: string | undefined;
}

/** The longest that a number of float32 is in JSON, its comma included. */
const NUMBER = 26;
/** Lines of the manifest, with indent and comma: a number >= 0 of a distribution, a digest, and an id or an index beside itself. */
const DISTRIBUTION_LINE = 32;
const DIGEST_LINE = 76;
const ENTRY_LINE = 10;
/** Of the manifest: a region beside its thresholds, one of these, a round, an epoch of the history, a class beside its name, all that stands once. */
const REGION = 160;
const THRESHOLD_LINE = 34;
const ROUND = 400;
const EPOCH = 800;
const CLASS = 30;
const ONCE = 2 ** 16;
/** A line of `support.jsonl` and of `calibration.jsonl` beside id, texts and numbers. */
const SUPPORT_RECORD = 70;
const CALIBRATION_RECORD = 100;

/** Bytes of a text in the files, quotes included. */
export function jsonBytes(text: string): number {
  return stringifyJson(text).length;
}

/** Foresees the files of a model with the metadata of `trainModel`, every number spelled as long as any can be. */
export function foreseeModel(sizes: ModelSizes): ForeseenModel {
  const payloads = payloadBytes(sizes);
  const manifest = manifestBytes(sizes);
  const leftOut = chooseLeftOut(manifest, LARGEST_MANIFEST);
  const bytes = Object.values(payloads).reduce(
    (sum, size) => sum + size,
    Math.min(wholeOf(manifest), LARGEST_MANIFEST),
  );
  const { documentBytes, supportIdBytes, calibrationIdBytes } = sizes;
  const leastBytes =
    payloads[WEIGHTS_FILE]! + payloads[VECTORS_FILE]! + documentBytes + supportIdBytes + calibrationIdBytes;
  const tooLarge = Object.entries(payloads).find(([, size]) => size > LARGEST_FILE);
  if (tooLarge) return { bytes, leastBytes, leftOut: [], obstacle: obstacleOf(...tooLarge, LARGEST_FILE) };
  if (leftOut) return { bytes, leastBytes, leftOut, obstacle: undefined };
  return { bytes, leastBytes, leftOut: [], obstacle: obstacleOf(MANIFEST_FILE, manifest.rest, LARGEST_MANIFEST) };
}

const REMEDIES: Readonly<Record<string, string>> = {
  [WEIGHTS_FILE]: 'take fewer features or smaller representations',
  [VECTORS_FILE]: 'train on fewer rows or with smaller representations',
  [RECORDS_FILE]: 'train on fewer rows, or keep no documents',
  [CALIBRATION_FILE]: 'calibrate on fewer rows',
  [MANIFEST_FILE]: 'calibrate on fewer rows, or on a coarser ladder',
};

function obstacleOf(name: string, bytes: number, most: number): string {
  return `${name} may have at most ${most} bytes, and might need ${bytes}; ${REMEDIES[name]}`;
}

function payloadBytes(sizes: ModelSizes): Record<string, number> {
  const { supportCount, calibrationCount, featureCount, representationSize, classNames } = sizes;
  const classCount = classNames.length;
  const ofCalibrationRow = CALIBRATION_RECORD + (4 + 2 * classCount) * NUMBER;
  return {
    [WEIGHTS_FILE]: 4 * (representationSize * (featureCount + 1) + classCount * (representationSize + 1)),
    [VECTORS_FILE]: 4 * supportCount * representationSize,
    [RECORDS_FILE]: SUPPORT_RECORD * supportCount + sizes.supportIdBytes + sizes.documentBytes,
    [CALIBRATION_FILE]: ofCalibrationRow * calibrationCount + sizes.calibrationIdBytes,
  };
}

function manifestBytes(sizes: ModelSizes): ManifestBytes {
  const { supportCount, calibrationCount, classNames, rounds } = sizes;
  const rows = supportCount + calibrationCount;
  const indexLine = ENTRY_LINE + String(rows).length;
  const region = REGION + THRESHOLD_LINE * classNames.length;
  const names = classNames.reduce((sum, name) => sum + CLASS + jsonBytes(name), 0);
  return {
    rest:
      ONCE +
      names +
      2 * DISTRIBUTION_LINE * calibrationCount +
      region * alphaLadder(sizes.alphaResolution).length +
      ROUND * rounds,
    parts: {
      bestIterationSplits: (indexLine + ENTRY_LINE) * rows + sizes.supportIdBytes + sizes.calibrationIdBytes,
      sourceData: DIGEST_LINE * rows,
      trainingRun: EPOCH * rounds * sizes.epochs,
    },
  };
}
