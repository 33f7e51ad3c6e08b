import { describe, expect, it } from 'vitest';
import { workedCase } from './testing/index.js';
import { trainModel } from './train-model.js';

describe('metadata', () => {
  it('tells the run in the words of the model files', async () => {
    const seed = 2n ** 64n - 1n;
    const { metadata, bestLoss } = await trainModel({ ...workedCase, seed, rounds: 2, epochs: 2 });
    expect(metadata).toMatchObject({
      iterationSeeds: [seed, 0],
      bestIterationSplits: { originalTrainingCount: 16, originalCalibrationCount: 14 },
      trainingRun: {
        schemaVersion: 1,
        configuration: { epochs: 2, iterations: 2, seed: '18446744073709551615', initialization: 'fresh' },
        bestBalancedCalibrationLoss: bestLoss,
        stoppedEarly: false,
        sourceModelID: null,
      },
    });
  });

  it('has one history row an epoch, with the eight measures and a digest for each row', async () => {
    const { metadata } = await trainModel({ ...workedCase, epochs: 3, crossEntropyEpochs: 2 });
    const { trainingRun, sourceData } = metadata as {
      trainingRun: { history: Record<string, unknown>[] };
      sourceData: { trainingFeatureDigests: string[]; calibrationFeatureDigests: string[] };
    };
    expect(trainingRun.history.map(({ iteration, epoch }) => [iteration, epoch])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(Object.keys(trainingRun.history[0]!)).toEqual([
      'iteration',
      'epoch',
      'marginalTrainingLoss',
      'balancedTrainingAccuracy',
      'balancedCalibrationAccuracy',
      'balancedMeanTrainingQ',
      'balancedMeanCalibrationQ',
      'balancedTrainingSDMLoss',
      'balancedCalibrationSDMLoss',
      'balancedTrainingCELoss',
      'balancedCalibrationCELoss',
      'isBest',
      'durationSeconds',
    ]);
    expect(sourceData.trainingFeatureDigests).toHaveLength(16);
    expect(sourceData.calibrationFeatureDigests).toHaveLength(14);
  });
});
