import { expect, it } from 'vitest';
import { chooseParallelRounds } from './choose-parallel-rounds.js';

const sizes = {
  trainingRows: 10_000,
  calibrationRows: 10_000,
  featureCount: 1000,
  representationSize: 1000,
  classCount: 2,
  batchSize: 64,
  epochs: 20,
  rounds: 10,
};
/** A copy of the features, 80 MB, matching 103 MB, weights of 4 MB eight times and 50 MB: about 265 MB a round. */
const GIGABYTE = 1e9;

it('takes as many rounds at a time as there are rounds, cores and room for', () => {
  expect(chooseParallelRounds(sizes, { cores: 64, bytes: 64 * GIGABYTE })).toBe(10);
  expect(chooseParallelRounds(sizes, { cores: 9, bytes: 64 * GIGABYTE })).toBe(9);
  expect(chooseParallelRounds(sizes, { cores: 64, bytes: 2 * GIGABYTE })).toBe(3);
  expect(chooseParallelRounds(sizes, { cores: 64, bytes: 0.1 * GIGABYTE })).toBe(1);
});

it('takes one where the kernels of a round use all cores by themselves', () =>
  expect(chooseParallelRounds(sizes, { cores: 8, bytes: 64 * GIGABYTE })).toBe(1));

it('takes one for a run that ends before threads would have helped', () => {
  const short = { ...sizes, trainingRows: 100, calibrationRows: 100, featureCount: 10, representationSize: 10 };
  expect(chooseParallelRounds(short, { cores: 64, bytes: 64 * GIGABYTE })).toBe(1);
});
