import { createRandom, matrixFromRows } from '@sdmjs/core';
import { kernelEngine } from '@sdmjs/training';
import { afterEach, expect, it } from 'vitest';
import { drawDocuments } from '../testing/toy-task.js';
import { type NetworkLayerSettings, trainNetworkLayer } from './network-layer.js';

const threads = process.getBuiltinModule('node:worker_threads');
const { Worker } = threads;
const trainingSet = drawDocuments('t', 60, 1);
const calibrationSet = drawDocuments('c', 60, 2);
const random = createRandom(3);
const features = matrixFromRows(
  [...trainingSet, ...calibrationSet].map(({ label }) => [label + random.normal(), random.normal()]),
);
const representation = { provider: 'test', fingerprint: 'test', model: null, revision: null, inputTemplate: null };
const train = (settings: NetworkLayerSettings) =>
  trainNetworkLayer({
    trainingSet,
    calibrationSet,
    features,
    representation,
    settings: { representationSize: 4, epochs: 2, learningRate: 1e-2, rounds: 3, ...settings },
    random: createRandom(4),
  });
afterEach(() => {
  threads.Worker = Worker;
});

it('gives the same layer whether its rounds are trained one after the other or in threads', async () => {
  const started: unknown[] = [];
  threads.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      started.push(given);
    }
  };
  const alone = await train({});
  expect(started).toHaveLength(0);
  const together = await train({ parallelRounds: 2 });
  expect(started).toHaveLength(2);
  expect(together.estimator.model).toEqual(alone.estimator.model);
  expect(together.scale).toEqual(alone.scale);
  alone.estimator.dispose();
  together.estimator.dispose();
});

it('refuses threads with an engine', async () => {
  const engine = kernelEngine();
  await expect(train({ parallelRounds: 2, engine })).rejects.toThrow(expect.objectContaining({ code: 'out-of-range' }));
  engine.dispose();
});
