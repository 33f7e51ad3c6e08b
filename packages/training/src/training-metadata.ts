import { featureDigests } from '@sdmjs/estimator';
import type { ExamplePool } from './check-examples.js';
import type { EpochReport } from './epoch-report.js';
import { mapRows } from './map-rows.js';
import type { RoundPlan } from './plan-rounds.js';
import type { TrainingSettings } from './settings.js';
import { rawSplits, type RoundResult, splitOf } from './train-round.js';

/** A finished run, as its metadata tells it. */
export interface FinishedRun {
  readonly settings: TrainingSettings;
  readonly pool: ExamplePool;
  readonly results: readonly RoundResult[];
  /** The round whose model these metadata are for. */
  readonly winner: RoundResult;
  /** Whether it was selected; the others are kept for an ensemble. */
  readonly isBest: boolean;
  readonly seconds: number;
  readonly engineName: string;
  readonly continuedFrom?: string | undefined;
}

/** The `metadata` of a model file, in the words of reexpress-sdm 0.4.8. Seeds beyond 2^53 are bigints. */
export async function trainingMetadata(run: FinishedRun): Promise<Record<string, unknown>> {
  const { settings, results, winner, continuedFrom } = run;
  const { best, plan } = winner;
  const isStoppedEarly = epochCount(run) < settings.rounds * settings.epochs;
  const sourceData = await sourceDigests(run);
  return {
    trainingBackend: `sdm.js:${run.engineName}`,
    bestEpoch: best.epoch,
    bestBalancedCalibrationSDMLoss: best.loss,
    crossEntropyEpochs: settings.crossEntropyEpochs,
    stoppedEarly: isStoppedEarly,
    ...(continuedFrom !== undefined && {
      continuedFromModelID: continuedFrom,
      optimizerRestarted: true,
      normalizationPreserved: true,
    }),
    selectedTrainingIteration: plan.round,
    trainingIterations: results.length,
    requestedTrainingIterations: settings.rounds,
    shuffledTrainingAndCalibration: settings.shuffle,
    ...(settings.shuffle && settings.stratify && { stratifiedTrainingAndCalibration: true }),
    iterationSelectionCriterion: run.isBest ? CRITERIA[settings.selectBy] : 'keptForEnsemble',
    iterationSeeds: results.map((result) => exactInteger(result.plan.seed)),
    iterationSummaries: results.map((result) => ({
      iteration: result.plan.round,
      seed: exactInteger(result.plan.seed),
      bestEpoch: result.best.epoch,
      bestBalancedCalibrationSDMLoss: result.best.loss,
      durationSeconds: result.history.reduce((sum, { seconds }) => sum + seconds, 0),
    })),
    bestIterationSplits: splitsOf(run.pool, plan),
    ...(sourceData && { sourceData }),
    trainingRun: trainingRun(run, isStoppedEarly),
  };
}

/** The first is a word of reexpress-sdm 0.4.8, the other is ours. */
const CRITERIA = {
  balancedLoss: 'lowestBalancedCalibrationSDMLossLastTie',
  medianSimilarity: 'largestBalancedMedianCalibrationQLastTie',
} as const;

function trainingRun(run: FinishedRun, stoppedEarly: boolean) {
  const { settings, results, winner, continuedFrom = null } = run;
  return {
    schemaVersion: 1,
    configuration: {
      epochs: settings.epochs,
      batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      seed: String(settings.seed),
      exemplarDimension: settings.representationSize,
      maximumNeighbors: settings.maxSimilarity,
      alphaResolution: settings.alphaResolution,
      crossEntropyEpochs: settings.crossEntropyEpochs,
      iterations: settings.rounds,
      shuffleTrainingAndCalibration: settings.shuffle,
      initialization: continuedFrom === null ? 'fresh' : 'activeModel',
    },
    backend: `sdm.js:${run.engineName}`,
    iterationCount: results.length,
    bestIteration: winner.plan.round,
    bestEpoch: winner.best.epoch,
    bestBalancedCalibrationLoss: winner.best.loss,
    stoppedEarly,
    durationSeconds: run.seconds,
    sourceModelID: continuedFrom,
    history: results.flatMap(({ history }) => history.map(historyRow)),
  };
}

function historyRow(report: EpochReport) {
  return {
    iteration: report.round,
    epoch: report.epoch,
    marginalTrainingLoss: report.trainingLoss,
    balancedTrainingAccuracy: report.balancedTrainingAccuracy,
    balancedCalibrationAccuracy: report.balancedCalibrationAccuracy,
    balancedMeanTrainingQ: report.balancedTrainingSimilarity,
    balancedMeanCalibrationQ: report.balancedCalibrationSimilarity,
    balancedTrainingSDMLoss: report.balancedTrainingLoss,
    balancedCalibrationSDMLoss: report.balancedCalibrationLoss,
    balancedTrainingCELoss: report.balancedTrainingCrossEntropy,
    balancedCalibrationCELoss: report.balancedCalibrationCrossEntropy,
    isBest: report.isBest,
    durationSeconds: report.seconds,
  };
}

function splitsOf({ examples, trainingCount }: ExamplePool, plan: RoundPlan) {
  const ids = splitOf(plan, (rows) => mapRows(rows, examples.id));
  return {
    indexConvention: 'zero-based in original training followed by original calibration',
    originalTrainingCount: trainingCount,
    originalCalibrationCount: examples.features.rows - trainingCount,
    trainingPoolIndices: mapRows(plan.rows.training, Number),
    calibrationPoolIndices: mapRows(plan.rows.calibration, Number),
    trainingIDs: ids.training,
    calibrationIDs: ids.calibration,
  };
}

async function sourceDigests({ pool, winner }: FinishedRun) {
  const raw = rawSplits(pool, winner.plan);
  const training = await featureDigests(raw.training);
  const calibration = await featureDigests(raw.calibration);
  if (!training || !calibration) return undefined;
  return {
    schemaVersion: 1,
    featureDigestAlgorithm: 'sha256-f32le-v1',
    trainingFeatureDigests: training,
    calibrationFeatureDigests: calibration,
  };
}

function epochCount({ results }: FinishedRun): number {
  return results.reduce((sum, { history }) => sum + history.length, 0);
}

function exactInteger(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
