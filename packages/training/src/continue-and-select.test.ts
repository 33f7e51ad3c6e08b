import { softmaxSignals } from '@sdmjs/activation';
import { balancedMedian } from '@sdmjs/calibration';
import { createRandom, featureMatrix, labelsOf, type SdmError } from '@sdmjs/core';
import { normalize } from '@sdmjs/estimator';
import { describe, expect, it } from 'vitest';
import { plainRows } from './feature-rows.js';
import { kernelEngine } from './kernel-engine.js';
import { workedCase } from './testing/index.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

describe('goes on from a trained model', () => {
  it('in one epoch, by plain steps from its weights in the order of a fresh generator, bit for bit', async () => {
    const { model } = await trainModel({ ...workedCase, epochs: 2 });
    const options = { ...workedCase, epochs: 1, seed: 12, continueFrom: { model, modelId: 'before' } };
    const continued = await trainModel(options);
    const [training, calibration] = [workedCase.trainingSet, workedCase.calibrationSet].map((examples) =>
      normalize(featureMatrix(examples), model.normalization),
    );
    const round = await kernelEngine().start({
      adaptor: model.adaptor,
      features: { training: plainRows(training!), calibration: plainRows(calibration!) },
      labels: labelsOf(workedCase.trainingSet),
      learningRate: 0.05,
      similarityOffset: 2,
    });
    const order = createRandom(12).permutation(16);
    for (let at = 0; at < 16; at += 5) await round.trainBatch(order.subarray(at, at + 5), softmaxSignals(16));
    expect(continued.model.adaptor).toEqual(await round.weights());
  });

  it('keeps the whole representation, offset, limit and sizes of the model, and takes the new cap', async () => {
    const representation = { provider: 'p', fingerprint: 'f', model: 'm', revision: 'r', inputTemplate: 't' };
    const first = { ...workedCase, epochs: 1, representation, similarityOffset: 2.5, outOfDistributionLimit: 1 };
    const { model } = await trainModel(first);
    const continueFrom = { model, modelId: 'before' };
    const given = { similarityOffset: 2, outOfDistributionLimit: 0, representationSize: 9, maxSimilarity: 4 };
    const asked = { representation: { provider: 'other', fingerprint: 'f' } };
    const continued = await trainModel({ ...workedCase, ...given, ...asked, epochs: 1, continueFrom });
    expect(continued.model).toMatchObject({ representation, similarityOffset: 2.5, outOfDistributionLimit: 1 });
    expect(continued.model).toMatchObject({ maxSimilarity: 4, adaptor: { projectionWeight: { rows: 3 } } });
    expect(continued.metadata).toMatchObject({
      normalizationPreserved: true,
      trainingRun: { sourceModelID: 'before', configuration: { initialization: 'activeModel' } },
    });
    const failure = (options: Partial<TrainModelOptions>) =>
      trainModel({ ...workedCase, ...options }).catch((error: SdmError) => error.code);
    const tooLarge = { model: { ...model, similarityOffset: 3 }, modelId: 'x' };
    expect(await failure({ continueFrom: tooLarge, representation })).toBe('out-of-range');
    expect(await failure({ continueFrom, representation, classNames: ['A', 'B'] })).toBe('bad-format');
  });
});

describe('selection by median similarity', () => {
  it('takes the epoch with the largest balanced median q of the calibration rows, the last of equals', async () => {
    const trained = await trainModel({ ...workedCase, selectBy: 'medianSimilarity', rounds: 2, learningRate: 0.02 });
    const medians = trained.history.map((row) => row.balancedMedianCalibrationSimilarity!);
    const best = trained.history.findLast((_, i) => medians[i] === Math.max(...medians))!;
    expect([trained.bestRound, trained.bestEpoch]).toEqual([best.round, best.epoch]);
    expect(trained.bestLoss).toBe(best.balancedCalibrationLoss);
    expect(trained.metadata).toMatchObject({
      iterationSelectionCriterion: 'largestBalancedMedianCalibrationQLastTie',
      trainingRun: { bestBalancedCalibrationLoss: best.balancedCalibrationLoss },
    });
    // The median of the rows that the model caches is the one it was chosen by.
    const { similarities, labels } = trained.calibrationScores;
    expect(balancedMedian(similarities, labels, 2)).toBe(Math.max(...medians));
    const byLoss = await trainModel({ ...workedCase, rounds: 2, learningRate: 0.02 });
    expect([byLoss.bestRound, byLoss.bestEpoch]).not.toEqual([trained.bestRound, trained.bestEpoch]);
  });
});
