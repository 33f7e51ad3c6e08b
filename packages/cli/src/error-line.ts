import { SdmError, printable } from '@sdmjs/core';
import { TRAIN_OPTION_NAMES } from './option-names.js';

/** One line about a mistake of the user or of the system, for people; undefined for a mistake of ours. */
export function errorLine(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof RangeError && /allocation failed|array length/i.test(error.message))
    return 'there is not enough memory; give fewer rows or features, see sdm plan';
  const isSystemError = 'syscall' in error;
  if (!SdmError.is(error) && !isSystemError) return undefined;
  const message = isSystemError ? `${error.message}; ${mendOf(error)}` : inOptions(withoutName(error.message));
  return printable(message.replace(/\s*\n\s*/g, ' '));
}

/** Who threw it is for programmers. What else stands before a colon is a file, or the code of a fault of the system. */
function withoutName(message: string): string {
  const [start = '', name = ''] = /^(?:sdm(?: [a-z]+)?|(\w+)): /.exec(message) ?? [];
  return name === '' || THROWERS.has(name) ? message.slice(start.length) : message;
}

/** Functions whose errors come here, as they name themselves. */
const THROWERS: ReadonlySet<string> = new Set([
  'alphaLadder',
  'binomialInterval',
  'cacheEncoder',
  'calibrationSupport',
  'certify',
  'certifyRungs',
  'chooseBackend',
  'completeConfig',
  'createDecoder',
  'createEmpiricalCdf',
  'createLanguageModel',
  'createMatcher',
  'createMatrix',
  'createRandom',
  'createSupportSet',
  'createTokenBatch',
  'createUnigramTokenizer',
  'decodeLanguageModel',
  'decodeSafetensors',
  'distributionSummary',
  'dkwErrors',
  'encodeSafetensors',
  'estimate',
  'evaluate',
  'evaluationReport',
  'explain',
  'featureMatrix',
  'findHighReliabilityRegion',
  'findNestedRegions',
  'fitDistanceScale',
  'fitEffectiveSampleSizes',
  'fitNormalization',
  'hiddenFeatures',
  'loadKernels',
  'loadLanguageModel',
  'loadModel',
  'loadRunState',
  'localModel',
  'logSdm',
  'match',
  'matchSupport',
  'matrixFromRows',
  'nearest',
  'quantile',
  'query',
  'readRows',
  'readTextRows',
  'readUniversalSentenceEncoder',
  'recalibrate',
  'rescale',
  'rescaledSimilarities',
  'rescoreCalibration',
  'restoreDecoder',
  'restoreEstimator',
  'saveModel',
  'saveRunState',
  'selectiveReport',
  'splitCoverage',
  'stringifyJson',
  'trainModel',
]);

/** What the packages call a thing, and the option that says it. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/targetAccuracy: (\S+) is no rung of the ladder of alphaResolution/, '$1 is no rung of the ladder with the step'],
  [/\bpass overwrite: true/, 'pass --overwrite'],
  [/\bpass stratify: true/, 'pass --stratify'],
  [/^template: wanted/, '--template: wanted'],
  [/; raise timeout$/, '; raise --timeout'],
  ...Object.entries({
    ...TRAIN_OPTION_NAMES,
    baseUrl: '--url',
    classCount: '--number-of-classes',
    classNames: '--class-names',
    continueFrom: 'the model of --initial-model',
    maxTokens: '--max-tokens',
    parallelRounds: '--parallel-rounds',
    // Within quotation marks or a path it is the user's own word.
  }).map(([name, option]) => [new RegExp(`(?<![\\w"/.-])${name}(?![\\w"/-])`, 'g'), option] as const),
];

function inOptions(message: string): string {
  return OPTIONS.reduce((text, [pattern, option]) => text.replace(pattern, option), message);
}

function mendOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return MENDS[code] ?? 'check the path, or choose another';
}

const MENDS: Readonly<Record<string, string>> = {
  EACCES: 'choose another path, or have its owner let you in',
  EPERM: 'choose another path, or have its owner let you in',
  ENOSPC: 'make room or choose another place',
};
