import { calibrate, createEnsemble } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { workedCase } from './testing/index.js';
import { trainModel } from './train-model.js';

const options = { ...workedCase, shuffle: true, rounds: 3, epochs: 2 };

it('hands out every round as a model of its own, the best one among them, and the best as without', async () => {
  const trained = await trainModel({ ...options, keepRounds: true });
  const without = await trainModel(options);
  expect(without).not.toHaveProperty('rounds');
  expect([trained.model, trained.calibrationScores, trained.bestRound]).toEqual([
    without.model,
    without.calibrationScores,
    without.bestRound,
  ]);
  // The published losses of the worked case with J = 3; the winner is round 2.
  expect(trained.rounds!.map(({ bestRound, bestEpoch }) => [bestRound, bestEpoch])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  [0.736046, 0.480795, 0.490518].forEach((loss, i) => {
    // Six printed digits.
    expect(Math.abs(trained.rounds![i]!.bestLoss - loss)).toBeLessThanOrEqual(1.5e-6);
  });
  expect(trained.rounds![1]!.model).toEqual(trained.model);
});

it('gives rounds that can be calibrated into an ensemble, and say which round they are', async () => {
  const { rounds } = await trainModel({ ...options, keepRounds: true });
  for (const { model, trainingSet, metadata, bestRound, bestLoss } of rounds!) {
    expect(model.support.ids).toEqual(trainingSet.map(({ id }) => id));
    expect(metadata).toMatchObject({
      selectedTrainingIteration: bestRound,
      iterationSelectionCriterion: bestRound === 2 ? 'lowestBalancedCalibrationSDMLossLastTie' : 'keptForEnsemble',
      trainingRun: { bestIteration: bestRound, bestBalancedCalibrationLoss: bestLoss },
    });
  }
  const ensemble = createEnsemble(rounds!.map((round) => calibrate(round)));
  const { members } = await ensemble.estimate(workedCase.trainingSet[0]!.features);
  expect(members).toHaveLength(3);
  ensemble.dispose();
});
