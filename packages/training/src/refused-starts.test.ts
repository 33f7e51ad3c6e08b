import { describe, expect, it } from 'vitest';
import type { TrainingEngine } from './engine.js';
import type { RunState } from './run-state.js';
import { workedCase } from './testing/index.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

type Continued = TrainModelOptions['continueFrom'];

const untouched: TrainingEngine = {
  name: 'never',
  start: () => Promise.reject(new Error('training began')),
  createIndex: () => Promise.reject(new Error('matching began')),
  dispose() {},
};
const start = (options: Partial<TrainModelOptions>) => trainModel({ ...workedCase, engine: untouched, ...options });
const refusal = (says: RegExp) =>
  expect.objectContaining({ code: 'bad-format', message: expect.stringMatching(says) as string });

describe('refused before any work', () => {
  it.each(['{}', '"model.sdmkitmodel"', '{ "model": {}, "modelId": "m" }'])(
    'as a model to continue from: %s',
    async (text) => {
      const continueFrom = JSON.parse(text) as Continued;
      await expect(start({ continueFrom })).rejects.toThrow(refusal(/continueFrom has no model; wanted an estimator/));
    },
  );

  it('as a model to continue from: a model by itself, where an estimator has one', async () => {
    const model: unknown = (await trainModel({ ...workedCase, epochs: 1 })).model;
    await expect(start({ continueFrom: model as Continued })).rejects.toThrow(refusal(/continueFrom has no model/));
  });

  it.each([
    '{}',
    '"run.state"',
    '[]',
    '{ "settings": null, "finished": [], "present": [], "secondsElapsed": 0 }',
    '{ "settings": {}, "finished": [], "present": [{}], "secondsElapsed": 0 }',
    '{ "settings": {}, "finished": [null], "present": [], "secondsElapsed": 0 }',
    '{ "settings": {}, "finished": [], "present": [] }',
  ])('as a state to resume: %s', async (text) => {
    const resume = JSON.parse(text) as RunState;
    await expect(start({ resume })).rejects.toThrow(refusal(/this is no state of a run; take one of onCheckpoint/));
  });
});

it('a training that diverges before its rows are matched is called so', async () => {
  // One step, whose loss is finite; the squares of what it leaves are not.
  const given = trainModel({ ...workedCase, epochs: 1, batchSize: 1000, learningRate: 1e20 });
  await expect(given).rejects.toMatchObject({
    code: 'not-finite',
    message: expect.stringMatching(/training diverged.*; lower learningRate$/) as string,
  });
});
