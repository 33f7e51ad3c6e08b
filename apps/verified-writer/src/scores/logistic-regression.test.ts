import { createRandom, matrixFromRows } from '@sdmjs/core';
import { expect, test } from 'vitest';
import { fitLogisticRegression, logisticProbabilities } from './logistic-regression.js';

test('the intercept of constant features is the log-odds of the positives', () => {
  const features = matrixFromRows([[1], [1], [1], [1]]);
  const model = fitLogisticRegression(features, [true, true, true, false]);
  const [probability] = logisticProbabilities(model, features);
  expect(probability).toBeCloseTo(0.75, 6); // Newton's steps have converged; 1e-6 is the intercept's penalty
});

test('two separated clouds get probabilities on their sides of one half', () => {
  const random = createRandom(0);
  const rows = Array.from({ length: 200 }, (_, i) => [random.normal() + (i % 2 ? 2 : -2), random.normal()]);
  const features = matrixFromRows(rows);
  const labels = rows.map((_, i) => i % 2 === 1);
  const probabilities = logisticProbabilities(fitLogisticRegression(features, labels), features);
  const right = labels.filter((label, i) => probabilities[i]! > 0.5 === label).length;
  expect(right).toBeGreaterThan(190); // the Bayes rule is right on 97.7 %
});
