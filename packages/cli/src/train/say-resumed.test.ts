import type { Example, ExampleTable } from '@sdmjs/core';
import { type RunState, trainModel } from '@sdmjs/training';
import { expect, it } from 'vitest';
import { sayResumed } from './say-resumed.js';

const trainingSet: Example[] = Array.from({ length: 12 }, (_, i) => ({
  id: `row-${i}`,
  label: i % 2,
  features: Float32Array.of(i % 5, i % 3),
}));
const data = Float32Array.from({ length: 16 }, (_, i) => i % 7);
const calibrationSet: ExampleTable = {
  ids: Array.from({ length: 8 }, (_, i) => `cal-${i}`),
  labels: Int32Array.from({ length: 8 }, (_, i) => i % 2),
  features: { data, rows: 8, columns: 2 },
};

it('says which epochs are whole, and how far another one is matched', async () => {
  const states: RunState[] = [];
  await trainModel({
    trainingSet,
    calibrationSet,
    representationSize: 2,
    epochs: 2,
    shuffle: false,
    checkpointSeconds: 0,
    onCheckpoint: (state) => void states.push(state),
  });
  const said: string[] = [];
  const told: unknown[] = [];
  const say = (line = '') => void said.push(line);
  const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
  // Of an epoch there are the states after either split and after itself.
  for (const state of [states[0]!, states[2]!, states[4]!]) {
    sayResumed(state, { trainingSet, calibrationSet }, { checkpoint: 'run.safetensors', say, tell });
  }
  expect(said).toEqual([
    'going on from run.safetensors: 0 whole rounds, 0 epochs in all, round 1 epoch 1 60 % matched',
    'going on from run.safetensors: 0 whole rounds, 1 epochs in all',
    'going on from run.safetensors: 0 whole rounds, 1 epochs in all, round 1 epoch 2 100 % matched',
  ]);
  expect(told).toEqual([
    { event: 'resumed', rounds: 0, epochs: 0, matching: [{ round: 1, epoch: 1, completed: 12, total: 20 }] },
    { event: 'resumed', rounds: 0, epochs: 1, matching: [] },
    { event: 'resumed', rounds: 0, epochs: 1, matching: [{ round: 1, epoch: 2, completed: 20, total: 20 }] },
  ]);
});
