import { SdmError } from '@sdmjs/core';
import { adaptorSizes, calibrate, type SdmEstimator } from '@sdmjs/estimator';
import type { Rows } from '@sdmjs/interchange';
import { loadModel, requireWritable, requireWritableFile, saveModel } from '@sdmjs/interchange/node';
import { type TrainedModel, trainModel, type TrainModelOptions } from '@sdmjs/training';
import { readRepresentation } from '../embed/representation-file.js';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../inputs.js';
import { chooseParallelRounds, machineRoom } from '../plan/choose-parallel-rounds.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import { type LadderRung, ladderOf, ladderTable } from '../tables/ladder.js';
import { formatSeconds } from '../terminal/progress.js';
import type { Session } from '../terminal/session.js';
import { type Checkpoint, openCheckpoint, sayKept } from '../train/checkpoint.js';
import { requireClasses } from '../train/require-classes.js';
import { requireRoom } from '../train/require-room.js';
import { runSizes } from '../train/run-sizes.js';
import { sayLeftOut } from '../train/say-left-out.js';
import { epochCountOf, sayResumed } from '../train/say-resumed.js';
import { EXEMPLAR_DIMENSION, type TrainOptions, withTrainOptions } from '../train/train-options.js';

export function addTrain({ verb, run }: VerbHost): void {
  const command = verb('train', 'train and calibrate an estimator', [
    'sdm train --training training.jsonl --calibration calibration.jsonl --output model.sdmkitmodel',
    'sdm train --training training.jsonl --calibration calibration.jsonl --output model.sdmkitmodel --overwrite --epochs 50 --learning-rate 1e-4 --json',
    'sdm train --training training.jsonl --calibration calibration.jsonl --output model.sdmkitmodel --checkpoint run.safetensors',
  ]);
  run(
    withTrainOptions(command),
    (options: TrainOptions, session) =>
      train(options, session).catch((error: unknown) => sayKept(error, options.checkpoint, session)),
    () => ({ keepsStdoutFree: true }),
  );
}

/** Checks everything, trains, calibrates, saves and reports. Stopped by the user it saves the best epoch so far and resolves to 130. */
async function train(options: TrainOptions, session: Session): Promise<number> {
  requireOwnPlaces(placesOf(options));
  await requireWritable(options.output, { overwrite: options.overwrite });
  if (options.reportOutput !== undefined && options.reportOutput !== '-')
    await requireWritableFile(options.reportOutput);
  const checkpoint = await openCheckpoint(options.checkpoint);
  try {
    return await trainFrom(checkpoint, options, session);
  } finally {
    await checkpoint.release();
  }
}

async function trainFrom(checkpoint: Checkpoint, options: TrainOptions, session: Session): Promise<number> {
  const inputs = await readTrainingInputs(options, checkpoint, session);
  const { resume, onCheckpoint } = checkpoint;
  if (resume) sayResumed(resume, inputs, { ...session, checkpoint: options.checkpoint });
  const training = trainAndCalibrate({ ...inputs, resume, onCheckpoint }, session);
  const { trained, estimator, seconds } = await (resume ? training.catch(checkpoint.explain) : training);
  session.tell('stage', { stage: 'saving' });
  await saveModel(estimator, options.output, { overwrite: options.overwrite, onLeftOut: sayLeftOut(session) });
  if (!trained.isStoppedEarly) await checkpoint.remove();
  const ladder = await ladderOf(estimator);
  const report = reportOf({ options, trained, estimator, seconds });
  showResult({ trained, estimator, ladder, output: options.output }, session);
  session.tell('result', { report, ladder });
  await session.document(report, options.reportOutput);
  return session.interrupts.stopSignal.aborted ? EXIT.interrupted : 0;
}

function placesOf(options: TrainOptions) {
  return {
    inputs: [
      { option: '--training', path: options.training },
      { option: '--calibration', path: options.calibration },
      { option: '--initial-model', path: options.initialModel, isModel: true },
      { option: '--representation', path: options.representation },
    ],
    outputs: [
      { option: '--output', path: options.output, isModel: true },
      { option: '--report-output', path: options.reportOutput },
      { option: '--checkpoint', path: options.checkpoint },
    ],
  };
}

/** Trains with progress on every epoch. From the end of the first epoch on, an interrupt keeps the best epoch. */
export async function trainAndCalibrate(inputs: TrainModelOptions, session: Session) {
  const { rounds = 1, epochs = 20, alphaResolution } = inputs;
  const { interrupts } = session;
  const startedAt = performance.now();
  const bar = session.startProgress('training', rounds * epochs);
  interrupts.stopFirst();
  let trained: TrainedModel;
  let epochsDone = inputs.resume ? epochCountOf(inputs.resume) : 0;
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
          bar.update(epochsDone, { note });
          return;
        }
        const { report, completedEpochCount, secondsLeft, secondsElapsed } = event;
        epochsDone = completedEpochCount;
        session.tell('epoch', { ...report, completedEpochCount, secondsElapsed, secondsLeft });
        const loss = report.balancedCalibrationLoss ?? report.balancedCalibrationCrossEntropy ?? report.trainingLoss;
        const similarity = report.balancedCalibrationSimilarity;
        const note = `round ${report.round}/${report.rounds} epoch ${report.epoch}/${epochs} loss ${loss.toFixed(4)} mean q ${similarity?.toFixed(1) ?? '–'}`;
        bar.update(completedEpochCount, { note, secondsLeft });
      },
    });
  } finally {
    bar.end();
  }
  const estimator = calibrate({ ...trained, alphaResolution });
  return { trained, estimator, seconds: (performance.now() - startedAt) / 1000 };
}

async function readTrainingInputs(
  options: TrainOptions,
  { resume }: Checkpoint,
  session: Session,
): Promise<TrainModelOptions> {
  const saved = options.initialModel === undefined ? undefined : await loadModel(options.initialModel);
  requireSameSize(options, saved);
  const given = options.representation === undefined ? undefined : await readRepresentation(options.representation);
  const classNames = options.classNames ?? saved?.model.classNames;
  const classCount = options.numberOfClasses ?? classNames?.length;
  const shared = {
    composition: options.composition,
    requireLabels: true,
    classCount,
    fingerprint: given?.fingerprint ?? options.representationFingerprint ?? saved?.model.representation.fingerprint,
  };
  const featureCount = saved && adaptorSizes(saved.model.adaptor).featureCount;
  const training = await readInput(options.training, { ...shared, featureCount }, session);
  const fingerprint = shared.fingerprint ?? training.fingerprint;
  const calibration = await readInput(
    options.calibration,
    { ...shared, featureCount: training.features.columns, fingerprint },
    session,
  );
  requireOtherIds(training, calibration, options);
  const files = [
    { path: options.training, rows: training },
    { path: options.calibration, rows: calibration },
  ];
  requireClasses(files, classCount);
  const sizes = runSizes(options, { training, calibration, saved: saved?.model, classCount });
  await requireRoom({ options, sizes, training, calibration, isResumed: resume !== undefined }, session.host);
  const parallelRounds =
    options.parallelRounds === 'auto' ? chooseParallelRounds(sizes, machineRoom()) : options.parallelRounds;
  return {
    parallelRounds,
    trainingSet: training,
    calibrationSet: calibration,
    classNames,
    classCount,
    continueFrom: saved,
    representation: given ?? representationOf(options, fingerprint ?? calibration.fingerprint),
    representationSize: options.exemplarDimension ?? EXEMPLAR_DIMENSION,
    epochs: options.epochs,
    crossEntropyEpochs: options.crossEntropyEpochs,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    seed: options.seed,
    rounds: options.numberOfRandomShuffles,
    shuffle: options.doNotShuffleData !== true,
    stratify: options.stratify,
    maxSimilarity: options.maxNeighbors,
    alphaResolution: options.alphaResolution,
  };
}

/** A model that is gone on from keeps its size. Throws `out-of-range`. */
function requireSameSize({ exemplarDimension, initialModel }: TrainOptions, saved: SdmEstimator | undefined): void {
  if (saved === undefined || exemplarDimension === undefined) return;
  const { representationSize } = adaptorSizes(saved.model.adaptor);
  if (exemplarDimension === representationSize) return;
  throw new SdmError(
    'out-of-range',
    `sdm train: --exemplar-dimension is ${exemplarDimension}, and ${initialModel} has ${representationSize}, which stay; leave it out, or start without --initial-model`,
  );
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
  { say, show }: Session,
): void {
  const { bestRound, bestEpoch, bestLoss, isStoppedEarly, history } = trained;
  const spent = history.reduce((sum, { seconds }) => sum + seconds, 0);
  say(
    `${isStoppedEarly ? 'stopped early; ' : ''}best: round ${bestRound}, epoch ${bestEpoch}, balanced calibration loss ${bestLoss.toFixed(4)} (${formatSeconds(spent)})`,
  );
  if (output !== undefined) say(`saved in ${output}`);
  say();
  say('The ladder on the calibration rows, which also chose it (95 % intervals; fresh rows: sdm certify):');
  show(ladderTable(ladder, estimator.model.classNames));
  if (ladder.every(({ exists }) => !exists))
    say('No region: nothing will be admitted. More rows, more epochs or a higher learning rate may help.');
}
