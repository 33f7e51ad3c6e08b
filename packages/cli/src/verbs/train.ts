import { SdmError } from '@sdmjs/core';
import { adaptorSizes, calibrate, type SdmEstimator } from '@sdmjs/estimator';
import type { Composition, Rows } from '@sdmjs/interchange';
import { loadModel, requireWritable, requireWritableFile, saveModel } from '@sdmjs/interchange/node';
import { type TrainedModel, trainModel, type TrainModelOptions } from '@sdmjs/training';
import { Option } from 'commander';
import { readInput } from '../inputs.js';
import { count, names, numberBetween, seed, withDeviceNames, withFeatures } from '../options.js';
import type { VerbHost } from '../program.js';
import { type LadderRung, ladderOf, ladderTable } from '../tables/ladder.js';
import { formatSeconds } from '../terminal/progress.js';
import type { Session } from '../terminal/session.js';

export interface TrainOptions {
  readonly training: string;
  readonly calibration: string;
  readonly output: string;
  readonly overwrite?: boolean;
  readonly reportOutput?: string;
  readonly numberOfClasses?: number;
  readonly classNames?: readonly string[];
  readonly exemplarDimension: number;
  readonly epochs: number;
  readonly crossEntropyEpochs: number;
  readonly initialModel?: string;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number | bigint;
  readonly numberOfRandomShuffles: number;
  readonly doNotShuffleData?: boolean;
  readonly maxNeighbors: number;
  readonly alphaResolution: number;
  readonly composition: Composition;
  readonly representationFingerprint?: string;
  readonly representationProvider?: string;
  readonly representationModel?: string;
  readonly json?: boolean;
}

const INTERRUPTED = 130;

export function addTrain({ verb, run }: VerbHost): void {
  const command = verb('train', 'train and calibrate an estimator', [
    'sdm train --training training.jsonl --calibration calibration.jsonl --output model.sdmkitmodel',
    'sdm train --training training.jsonl --calibration calibration.jsonl --output model.sdmkitmodel --overwrite --epochs 50 --learning-rate 1e-4 --json',
  ]);
  const shuffle = new Option(
    '--shuffle-training-and-calibration',
    'pool both files and halve them anew in every round (this is the default)',
  );
  withDeviceNames(withFeatures(command))
    .requiredOption('--training <file>', 'labelled rows as JSON Lines')
    .requiredOption('--calibration <file>', 'other labelled rows as JSON Lines')
    .requiredOption('--output <folder>', 'where the .sdmkitmodel goes')
    .option('--overwrite', 'replace a model that stands there')
    .option(
      '--report-output <file>',
      'where the JSON report goes, - for standard output (default: -, shown as text on a terminal)',
    )
    .option('--number-of-classes <number>', 'default: the largest label + 1', count(2))
    .option('--class-names <list>', 'with commas between them (default: Class0, Class1, …)', names)
    .option('--exemplar-dimension <number>', 'numbers in a representation', count(1), 1000)
    .option('--epochs <number>', 'of each round', count(1), 20)
    .option('--cross-entropy-epochs <number>', 'first epochs without q and d', count(1), 1)
    .option('--initial-model <folder>', 'go on from the weights of this model')
    .option('--batch-size <rows>', 'rows of an optimiser step', count(1), 64)
    .option('--learning-rate <number>', 'of Adam', numberBetween(Number.MIN_VALUE, 3e38), 1e-5)
    .option('--seed <number>', 'of splits, weights and order', seed, 0)
    .option('--number-of-random-shuffles <number>', 'rounds; the best one is kept', count(1), 1)
    .addOption(shuffle.conflicts('doNotShuffleData'))
    .option('--do-not-shuffle-data', 'keep the given files apart')
    .option('--max-neighbors <number>', 'cap of q', count(2), 2048)
    .option(
      '--alpha-resolution <number>',
      'step of the ladder of target accuracies',
      numberBetween(0.00005, 0.4999999),
      0.05,
    )
    .option('--representation-provider <text>', 'who made the features')
    .option('--representation-model <text>', 'with which model')
    .addOption(new Option('--backend <name>').choices(['torch']).hideHelp())
    .addOption(new Option('--device <name>').choices(['auto', 'cpu']).hideHelp());
  run(command, train, () => ({ keepsStdoutFree: true }));
}

/** Checks everything, trains, calibrates, saves and reports. Stopped by the user it saves the best epoch so far and resolves to 130. */
async function train(options: TrainOptions, session: Session): Promise<number> {
  await requireWritable(options.output, { overwrite: options.overwrite });
  if (options.reportOutput !== undefined && options.reportOutput !== '-')
    await requireWritableFile(options.reportOutput);
  const inputs = await readTrainingInputs(options, session);
  const { trained, estimator, seconds } = await trainAndCalibrate(inputs, session);
  session.tell('stage', { stage: 'saving' });
  await saveModel(estimator, options.output, { overwrite: options.overwrite });
  const ladder = ladderOf(estimator);
  const report = reportOf({ options, trained, estimator, seconds });
  showResult({ trained, estimator, ladder, output: options.output }, session);
  session.tell('result', { report, ladder });
  await session.document(report, options.reportOutput);
  return session.interrupts.stopSignal.aborted ? INTERRUPTED : 0;
}

/** Trains with progress on every epoch. From the end of the first epoch on, an interrupt keeps the best epoch. */
export async function trainAndCalibrate(inputs: TrainModelOptions, session: Session) {
  const { rounds = 1, epochs = 20, alphaResolution } = inputs;
  const { interrupts } = session;
  const startedAt = performance.now();
  const bar = session.startProgress('training', rounds * epochs);
  interrupts.stopFirst();
  let trained: TrainedModel;
  try {
    const { signal, stopSignal } = interrupts;
    trained = await trainModel({
      ...inputs,
      signal,
      stopSignal,
      onProgress(event) {
        if (event.kind === 'warning') {
          session.say(`note: ${event.message}`);
          session.tell('warning', { message: event.message, unsupportedAccuracies: event.unsupportedAccuracies });
          return;
        }
        if (event.kind === 'matching') {
          const { round, epoch, completed, total } = event;
          session.tell('matching', { round, epoch, completed, total });
          const note = `round ${round} epoch ${epoch}: ${Math.floor((100 * completed) / total)} % matched`;
          bar.update((round - 1) * epochs + epoch - 1, { note });
          return;
        }
        const { report, secondsLeft, secondsElapsed } = event;
        session.tell('epoch', { ...report, secondsElapsed, secondsLeft });
        const loss = report.balancedCalibrationLoss ?? report.balancedCalibrationCrossEntropy ?? report.trainingLoss;
        const similarity = report.balancedCalibrationSimilarity;
        const note = `round ${report.round}/${report.rounds} epoch ${report.epoch}/${epochs} loss ${loss.toFixed(4)} mean q ${similarity?.toFixed(1) ?? '–'}`;
        bar.update((report.round - 1) * epochs + report.epoch, { note, secondsLeft });
      },
    });
  } finally {
    bar.end();
  }
  const estimator = calibrate({ ...trained, alphaResolution });
  return { trained, estimator, seconds: (performance.now() - startedAt) / 1000 };
}

async function readTrainingInputs(options: TrainOptions, session: Session): Promise<TrainModelOptions> {
  const saved = options.initialModel === undefined ? undefined : await loadModel(options.initialModel);
  const classNames = options.classNames ?? saved?.model.classNames;
  const classCount = options.numberOfClasses ?? classNames?.length;
  const shared = {
    composition: options.composition,
    requireLabels: true,
    classCount,
    fingerprint: options.representationFingerprint ?? saved?.model.representation.fingerprint,
  };
  const featureCount = saved && adaptorSizes(saved.model.adaptor).featureCount;
  const training = await readInput(options.training, { ...shared, featureCount }, session);
  const calibration = await readInput(
    options.calibration,
    { ...shared, featureCount: training.features.columns, fingerprint: shared.fingerprint ?? training.fingerprint },
    session,
  );
  requireOtherIds(training, calibration, options);
  return {
    trainingSet: training,
    calibrationSet: calibration,
    classNames,
    classCount,
    continueFrom: saved,
    representation: representationOf(options, shared.fingerprint ?? calibration.fingerprint),
    representationSize: options.exemplarDimension,
    epochs: options.epochs,
    crossEntropyEpochs: options.crossEntropyEpochs,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    seed: options.seed,
    rounds: options.numberOfRandomShuffles,
    shuffle: options.doNotShuffleData !== true,
    maxSimilarity: options.maxNeighbors,
    alphaResolution: options.alphaResolution,
  };
}

function representationOf(
  { representationProvider, representationModel }: TrainOptions,
  fingerprint: string | undefined,
) {
  return {
    ...(fingerprint !== undefined && { fingerprint }),
    ...(representationProvider !== undefined && { provider: representationProvider }),
    ...(representationModel !== undefined && { model: representationModel }),
  };
}

function requireOtherIds(
  training: Rows,
  calibration: Rows,
  paths: Pick<TrainOptions, 'training' | 'calibration'>,
): void {
  const known = new Map(training.ids.map((id, i) => [id, training.lines[i]!]));
  const index = calibration.ids.findIndex((id) => known.has(id));
  const id = calibration.ids[index];
  if (id === undefined) return;
  throw new SdmError(
    'duplicate-id',
    `${paths.calibration}, line ${calibration.lines[index]}: id ${JSON.stringify(id)} is also in ${paths.training}, line ${known.get(id)}; keep the files apart: sdm split --check`,
  );
}

interface Outcome {
  readonly trained: TrainedModel;
  readonly estimator: SdmEstimator;
}

/** The report of the Python SDK. */
function reportOf({ options, trained, estimator, seconds }: Outcome & { options: TrainOptions; seconds: number }) {
  const { metadata } = trained;
  return {
    modelID: estimator.modelId,
    artifact: options.output,
    bestEpoch: trained.bestEpoch,
    bestIteration: trained.bestRound,
    durationSeconds: seconds,
    trainingIterations: metadata['trainingIterations'],
    shuffledTrainingAndCalibration: metadata['shuffledTrainingAndCalibration'],
    bestBalancedCalibrationSDMLoss: trained.bestLoss,
    bestIterationSplits: metadata['bestIterationSplits'],
    history: historyIn(metadata),
  };
}

function historyIn(metadata: Readonly<Record<string, unknown>>): unknown {
  const run = metadata['trainingRun'];
  return typeof run === 'object' && run !== null && 'history' in run ? run.history : [];
}

export function showResult(
  { trained, estimator, ladder, output }: Outcome & { ladder: readonly LadderRung[]; output: string | undefined },
  { say }: Session,
): void {
  const { bestRound, bestEpoch, bestLoss, isStoppedEarly, history } = trained;
  const spent = history.reduce((sum, { seconds }) => sum + seconds, 0);
  say(
    `${isStoppedEarly ? 'stopped early; ' : ''}best: round ${bestRound}, epoch ${bestEpoch}, balanced calibration loss ${bestLoss.toFixed(4)} (${formatSeconds(spent)})`,
  );
  if (output !== undefined) say(`saved in ${output}`);
  say();
  say('The ladder on the calibration rows, which also chose it (95 % intervals; fresh rows: sdm certify):');
  say(ladderTable(ladder, estimator.model.classNames));
  if (ladder.every(({ exists }) => !exists))
    say('No region: nothing will be admitted. More rows, more epochs or a higher learning rate may help.');
}
