import { loadModel, requireWritableFile } from '@sdmjs/interchange/node';
import { adaptorSizes, isStale, type SdmEstimator } from '@sdmjs/estimator';
import type { Rows } from '@sdmjs/interchange';
import { Option } from 'commander';
import { SdmError } from '@sdmjs/core';
import { noteStale, readInput } from '../inputs.js';
import {
  givenPath,
  type InputOptions,
  inputPath,
  type ModelOptions,
  placesOf,
  withFeatures,
  withNamesOfPython,
} from '../options.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import { ladderOf, ladderTable } from '../tables/ladder.js';
import type { Session } from '../terminal/session.js';

interface InspectOptions extends Partial<ModelOptions>, Partial<InputOptions> {
  readonly output?: string;
  readonly json?: boolean;
}

export function addInspect({ verb, run }: VerbHost): void {
  const command = verb('inspect', 'check a model or a file of rows and say what is in it', [
    'sdm inspect --model model.sdmkitmodel',
    'sdm inspect --input rows.jsonl',
  ]);
  withNamesOfPython(withFeatures(command))
    .addOption(new Option('--model <folder>', 'a .sdmkitmodel folder').argParser(inputPath).conflicts('input'))
    .option('--no-verify-checksums', 'do not compare the files of the model with their checksums')
    .option('--input <file>', 'rows as JSON Lines', inputPath)
    .option(
      '--output <file>',
      'where the JSON goes, - for standard output (default: -, shown as text on a terminal)',
      givenPath,
    );
  run(command, inspect, () => ({ keepsStdoutFree: true }));
}

async function inspect(options: InspectOptions, session: Session): Promise<undefined> {
  const { output } = options;
  requireOwnPlaces(placesOf(options));
  if (output !== undefined && output !== '-') await requireWritableFile(output);
  const document =
    options.model === undefined
      ? await inspectRows(options, session)
      : await inspectModel(options.model, options, session);
  session.tell('result', document);
  await session.document(document, output);
}

async function inspectModel(path: string, options: InspectOptions, session: Session) {
  const { say, show, tell, interrupts } = session;
  tell('stage', { stage: 'loading' });
  const { verifyChecksums } = options;
  const estimator = await loadModel(path, { verifyChecksums, expectedFingerprint: options.representationFingerprint });
  await interrupts.check();
  noteStale(estimator, path, session);
  const document = modelDocument(estimator);
  const { configuration, representation, supportCount } = document;
  say(`model ${estimator.modelId}, made ${estimator.createdAt}`);
  say(
    `classes ${configuration.classNames.join(', ')}; ${configuration.embeddingDimension} features, ${configuration.exemplarDimension} numbers a representation; ${supportCount} support rows${document.isStale ? ', some of them added after calibration (stale)' : ''}`,
  );
  say(
    `features ${representation.fingerprint} by ${representation.provider}${representation.model === null ? '' : `, ${representation.model}`}`,
  );
  const ladder = await ladderOf(estimator, interrupts.signal);
  await interrupts.check();
  const calibrationRows = estimator.calibrationScores?.labels.length ?? 0;
  const table = `\nThe ladder on the ${calibrationRows} calibration rows:\n${ladderTable(ladder, configuration.classNames)}`;
  show(ladder.length > 0 ? table : `${document.regions.length} regions; ${calibrationText(calibrationRows)}`);
  return document;
}

function calibrationText(rows: number): string {
  if (rows === 0) return 'no calibration rows are kept with the model';
  return `the ${rows} calibration rows kept with the model bear none; train longer, on more rows or at a higher learning rate`;
}

/** The document of `artifact inspect`, with `isStale` and without the producer, which the reader does not keep. */
function modelDocument(estimator: SdmEstimator) {
  const { model, modelId, createdAt, nestedRegions } = estimator;
  const { featureCount, representationSize, classCount } = adaptorSizes(model.adaptor);
  return {
    schemaVersion: 1,
    modelID: modelId,
    createdAt,
    configuration: {
      numberOfClasses: classCount,
      classNames: model.classNames,
      embeddingDimension: featureCount,
      exemplarDimension: representationSize,
      maxNeighbors: model.maxSimilarity,
      qOffset: model.similarityOffset,
      oodLimit: model.outOfDistributionLimit,
      alphaResolution: nestedRegions.alphaResolution,
      distanceMetric: 'squaredL2',
      neighborTieBreak: 'supportIndexAscending',
    },
    normalization: model.normalization,
    representation: model.representation,
    regions: nestedRegions.regions.map(({ targetAccuracy, minRescaledSimilarity, classThresholds }) => ({
      alpha: targetAccuracy,
      minimumRescaledSimilarity: minRescaledSimilarity,
      outputThresholds: classThresholds,
    })),
    supportCount: model.support.labels.length,
    isStale: isStale(estimator),
  };
}

async function inspectRows(options: InspectOptions, session: Session) {
  const { say } = session;
  if (options.input === undefined)
    throw new SdmError('empty-input', 'sdm inspect: there is nothing to inspect; give --model or --input');
  const { composition, representationFingerprint: fingerprint } = options;
  const rows = await readInput(
    options.input,
    { composition, fingerprint, keepDocuments: false, takeTexts: true },
    session,
  );
  const labelCounts: Record<string, number> = {};
  for (const label of rows.labels) labelCounts[label] = (labelCounts[label] ?? 0) + 1;
  const document = {
    format: 'jsonl',
    rowCount: rows.ids.length,
    classNames: null,
    representationFingerprint: rows.fingerprint ?? null,
    featureDimensions: rows.features.rows === 0 ? null : rows.features.columns,
    rowsWithFeatures: rows.features.rows,
    labelCounts,
  };
  say(`${contentOf(rows)}${rows.fingerprint === undefined ? '' : `, ${rows.fingerprint}`}`);
  say(
    `labels ${Object.entries(labelCounts)
      .map(([label, number]) => `${label}: ${number}`)
      .join(', ')}`,
  );
  return document;
}

function contentOf({ ids, features }: Rows): string {
  if (features.rows === ids.length) return `${ids.length} rows of ${features.columns} features`;
  const texts = `${ids.length - features.rows} rows of text without features (sdm embed makes them)`;
  return features.rows === 0 ? texts : `${features.rows} rows of ${features.columns} features, ${texts}`;
}
