import { createMatrix, createRandom } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { runSizes } from './run-sizes.js';

const options = { exemplarDimension: 1000, batchSize: 64, epochs: 20, numberOfRandomShuffles: 10 };
const training = { ids: ['a', 'b'], labels: Int32Array.of(0, 1), features: createMatrix(2, 3) };
const calibration = { ids: ['c'], labels: Int32Array.of(6) };

it('counts the classes that the rows have where nothing else says how many', () => {
  const sizes = runSizes(options, { training, calibration, saved: undefined, classCount: undefined });
  expect(sizes).toMatchObject({ trainingRows: 2, calibrationRows: 1, featureCount: 3, rounds: 10 });
  expect(sizes).toMatchObject({ representationSize: 1000, classCount: 7 });
});

it('has the sizes of the model that is gone on from', () => {
  const adaptor = createAdaptor({ featureCount: 3, representationSize: 5, classCount: 9, random: createRandom(0) });
  expect(runSizes(options, { training, calibration, saved: { adaptor }, classCount: 9 })).toMatchObject({
    representationSize: 5,
    classCount: 9,
  });
});
