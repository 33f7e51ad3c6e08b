import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { softmaxSignals } from '@sdmjs/activation';
import { createMatrix, createRandom } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainRows } from '../feature-rows.js';
import { testTrainingEngine, workedCase } from '../testing/index.js';
import { trainModel } from '../train-model.js';
import { tensorEngine } from './tensor-engine.js';

const packageFile = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
setWasmPaths(`${dirname(packageFile)}/dist/`);

// Native TensorFlow and WebGPU only where `pnpm test:native` and `pnpm test:webgpu` registered them.
const backends = ['cpu', 'wasm', 'tensorflow', 'webgpu'].filter((name) => tf.findBackendFactory(name));

it('refuses a number of distances that is none before anything is trained', () => {
  const make = () => tensorEngine(tf, { distancesAtOnce: 0 });
  expect(make).toThrowError('tensorEngine: wanted an integer distancesAtOnce >= 1, got 0');
});

describe.each(backends)('on the %s backend', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  testTrainingEngine(`tensor, ${backend}`, () => tensorEngine(tf));

  it('holds no more tensors after 50 steps than after one, and none when disposed', async () => {
    const random = createRandom(1);
    const features = createMatrix(
      20,
      6,
      Float32Array.from({ length: 120 }, () => random.normal()),
    );
    const atStart = tf.memory().numTensors;
    const round = await tensorEngine(tf).start({
      adaptor: createAdaptor({ featureCount: 6, representationSize: 8, classCount: 2, random }),
      features: { training: plainRows(features), calibration: plainRows(features) },
      labels: Int32Array.from({ length: 20 }, (_, i) => i % 2),
      learningRate: 0.01,
      similarityOffset: 2,
    });
    const rows = Int32Array.from({ length: 20 }, (_, row) => row);
    await round.trainBatch(rows, softmaxSignals(20));
    const afterOne = tf.memory().numTensors;
    for (let step = 0; step < 49; step++) await round.trainBatch(rows, softmaxSignals(20));
    await round.forward('calibration');
    await round.logits('training');
    expect(tf.memory().numTensors).toBe(afterOne);
    round.dispose();
    expect(tf.memory().numTensors).toBe(atStart);
  });

  it('trains a model and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const onDevice = await trainModel({ ...workedCase, crossEntropyEpochs: 2, engine: tensorEngine(tf) });
    expect(tf.memory().numTensors).toBe(before);
    const onKernels = await trainModel({ ...workedCase, crossEntropyEpochs: 2 });
    onDevice.history.forEach((report, i) => {
      // The two engines round differently through 24 steps on weights near 1.
      expect(Math.abs(report.trainingLoss - onKernels.history[i]!.trainingLoss)).toBeLessThanOrEqual(5e-6);
    });
    expect(onDevice.calibrationScores.similarities).toEqual(onKernels.calibrationScores.similarities);
  });
});
