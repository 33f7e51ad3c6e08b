import type { Example } from '@sdmjs/core';
import { type EpochReport, type TrainedModel, trainModel } from '@sdmjs/training';
import type { References, TrainingRun } from './references.js';
import { type Comparison, createTally, type Tally } from './tally.js';

/** Our trajectory of one run against the SDK's, epoch by epoch, and our model to go on with. */
export async function compareTraining(
  run: TrainingRun,
  rows: References['rows'],
): Promise<{ comparison: Comparison; trained: TrainedModel }> {
  const epochsHeard: number[] = [];
  const trained = await trainModel({
    ...splits(rows),
    classCount: 2,
    representationSize: 3,
    epochs: run.epochs,
    batchSize: 5,
    seed: 7,
    maxSimilarity: 6,
    alphaResolution: 0.1,
    learningRate: run.learningRate,
    crossEntropyEpochs: run.crossEntropyEpochs,
    rounds: run.iterations,
    shuffle: run.shuffle,
    onProgress: (event) => {
      if (event.kind === 'epoch') epochsHeard.push(event.report.epoch);
    },
  });
  const tally = createTally(`training run ${run.name}: trajectory and weights`, {
    reference: 'reexpress-sdm on PyTorch',
    tolerance: 1e-6,
  });
  tally.exact('best epoch', { got: trained.bestEpoch, wanted: run.bestEpoch });
  tally.exact('best round', { got: trained.bestRound, wanted: run.bestIteration });
  tally.exact('progress', { got: epochsHeard.join(), wanted: run.progressEpochs.join() });
  tally.exact('epochs', { got: trained.history.length, wanted: run.history.length });
  const order = trained.trainingSet.map((example) => Number(example.id)).join();
  tally.exact('training split', { got: order, wanted: run.trainingPoolIndices.join() });
  trained.history.forEach((report, i) => compareEpoch(tally, report, run.history[i] ?? {}));
  compareWeights(tally, trained, run);
  return { comparison: tally.finish(), trained };
}

function splits({ features, labels, trainingCount }: References['rows']) {
  const examples: Example[] = features.map((row, i) => ({
    id: String(i),
    label: labels[i]!,
    features: Float32Array.from(row),
  }));
  return { trainingSet: examples.slice(0, trainingCount), calibrationSet: examples.slice(trainingCount) };
}

function compareEpoch(tally: Tally, report: EpochReport, wanted: TrainingRun['history'][number]): void {
  const name = `round ${report.round}, epoch ${report.epoch}`;
  tally.exact(`${name}, isBest`, { got: report.isBest, wanted: wanted['isBest'] });
  const reals: [key: string, got: number | null][] = [
    ['trainingLoss', report.trainingLoss],
    ['balancedTrainingAccuracy', report.balancedTrainingAccuracy],
    ['balancedCalibrationAccuracy', report.balancedCalibrationAccuracy],
    ['balancedMeanTrainingQ', report.balancedTrainingSimilarity],
    ['balancedMeanCalibrationQ', report.balancedCalibrationSimilarity],
    ['balancedTrainingSDMLoss', report.balancedTrainingLoss],
    ['balancedCalibrationSDMLoss', report.balancedCalibrationLoss],
    ['balancedTrainingCELoss', report.balancedTrainingCrossEntropy],
    ['balancedCalibrationCELoss', report.balancedCalibrationCrossEntropy],
  ];
  for (const [key, got] of reals) {
    const expected = wanted[key];
    if (typeof got === 'number' && typeof expected === 'number')
      tally.real(`${name}, ${key}`, { got, wanted: expected });
    else tally.exact(`${name}, ${key}`, { got, wanted: expected });
  }
}

function compareWeights(tally: Tally, { model }: TrainedModel, { weights }: TrainingRun): void {
  const { adaptor } = model;
  const got: [key: string, values: Float32Array][] = [
    ['projection_weight', adaptor.projectionWeight.data],
    ['projection_bias', adaptor.projectionBias],
    ['classifier_weight', adaptor.classifierWeight.data],
    ['classifier_bias', adaptor.classifierBias],
  ];
  for (const [key, values] of got) tally.reals(key, { got: values, wanted: weights[key] ?? [] });
}
