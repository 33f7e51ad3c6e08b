import { adaptorSizes, type SdmModel } from '@sdmjs/estimator';
import type { Rows } from '@sdmjs/interchange';
import type { RunSizes } from '../plan/plan-run.js';
import { EXEMPLAR_DIMENSION, type TrainOptions } from './train-options.js';

interface RunInputs {
  readonly training: Pick<Rows, 'ids' | 'labels' | 'features'>;
  readonly calibration: Pick<Rows, 'ids' | 'labels'>;
  /** The model whose weights are gone on from; its sizes are those of the run. */
  readonly saved: Pick<SdmModel, 'adaptor'> | undefined;
  /** Undefined where nothing but the labels says it. */
  readonly classCount: number | undefined;
}

/** The sizes of a run of `sdm train`, for an estimate of its time and memory. */
export function runSizes(
  {
    exemplarDimension = EXEMPLAR_DIMENSION,
    ...options
  }: Pick<TrainOptions, 'exemplarDimension' | 'batchSize' | 'epochs' | 'numberOfRandomShuffles'>,
  { training, calibration, saved, classCount }: RunInputs,
): RunSizes {
  return {
    trainingRows: training.ids.length,
    calibrationRows: calibration.ids.length,
    featureCount: training.features.columns,
    representationSize: saved ? adaptorSizes(saved.adaptor).representationSize : exemplarDimension,
    classCount: classCount ?? Math.max(1, largest(training.labels), largest(calibration.labels)) + 1,
    batchSize: options.batchSize,
    epochs: options.epochs,
    rounds: options.numberOfRandomShuffles,
  };
}

function largest(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}
