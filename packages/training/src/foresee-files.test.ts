import type { Example } from '@sdmjs/core';
import { expect, it } from 'vitest';
import type { TrainingEvent } from './epoch-report.js';
import { workedCase } from './testing/worked-case.js';
import { trainModel } from './train-model.js';

it('warns before the first epoch of what model files will have no room for', async () => {
  const events: TrainingEvent[] = [];
  const controller = new AbortController();
  const options = {
    ...workedCase,
    epochs: 200_000,
    signal: controller.signal,
    onProgress(event: TrainingEvent) {
      events.push(event);
      controller.abort();
    },
  };
  await expect(trainModel(options)).rejects.toEqual(expect.objectContaining({ code: 'aborted' }));
  expect(events).toContainEqual({
    kind: 'warning',
    message: expect.stringContaining('model file; trainingRun of the metadata'),
    unsupportedAccuracies: [],
  });
  expect(events.every(({ kind }) => kind === 'warning')).toBe(true);
});

it('refuses what could not be saved before the first epoch', async () => {
  const classCount = 300;
  const examples = (set: string): Example[] =>
    Array.from({ length: classCount }, (_, label) => ({
      id: `${set}-${label}`,
      label,
      features: Float32Array.of(label % 7),
    }));
  const options = {
    trainingSet: examples('training'),
    calibrationSet: examples('calibration'),
    shuffle: false,
    alphaResolution: 0.00005,
    onProgress: () => expect.unreachable(),
  };
  await expect(trainModel(options)).rejects.toEqual(
    expect.objectContaining({
      code: 'out-of-range',
      message: expect.stringMatching(/^trainModel: the model could not be saved: manifest\.json .* coarser ladder$/),
    }),
  );
});
