import { setFlagsFromString } from 'node:v8';
import { featureMatrix } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import { afterAll, describe, expect, it } from 'vitest';
import { kernelEngine } from './kernel-engine.js';
import type { RunState } from './run-state.js';
import { testTrainingEngine, workedCase } from './testing/index.js';
import { lasting } from './testing/lasting.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

const kernels = await loadRelaxed();
const isRelaxed = kernels.name === 'relaxed-simd';
afterAll(() => kernels.dispose());

/** Kernels of the relaxed build where the engine has it, in Node 20 behind a flag of V8; else of another one. */
async function loadRelaxed(): Promise<Kernels> {
  const first = await loadKernels({ deterministic: false, threads: 2 });
  if (first.name === 'relaxed-simd') return first;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return loadKernels({ deterministic: false, threads: 2 });
}

// Skipped only where the engine has no relaxed SIMD, even behind a flag.
if (isRelaxed) testTrainingEngine('kernel, relaxed', () => kernelEngine({ kernels }));

describe.skipIf(!isRelaxed)('training on the relaxed build', () => {
  const options: TrainModelOptions = { ...workedCase, rounds: 2, epochs: 3 };
  const onRelaxed: TrainModelOptions = { ...options, engine: kernelEngine({ kernels }) };

  async function statesOf(given: TrainModelOptions): Promise<RunState[]> {
    const states: RunState[] = [];
    await trainModel({ ...given, onCheckpoint: (state) => void states.push(state) });
    return states;
  }

  it('gives the same model each time, says so in its metadata, and goes on from its states', async () => {
    const whole = await trainModel(onRelaxed);
    expect(whole.metadata).toMatchObject({ trainingBackend: 'sdm.js:relaxed-kernel' });
    expect(lasting(await trainModel(onRelaxed))).toEqual(lasting(whole));
    for (const resume of await statesOf(onRelaxed)) {
      expect(lasting(await trainModel({ ...onRelaxed, resume }))).toEqual(lasting(whole));
    }
  });

  it('does not go on from a state of the plain build, nor that from one of its own', async () => {
    const [relaxed, plain] = [(await statesOf(onRelaxed))[0], (await statesOf(options))[0]];
    const refusal = { code: 'fingerprint-mismatch', message: expect.stringContaining('another engine (') };
    await expect(trainModel({ ...options, resume: relaxed })).rejects.toMatchObject(refusal);
    await expect(trainModel({ ...onRelaxed, resume: plain })).rejects.toMatchObject(refusal);
  });

  it('gives an estimator that scores a row alone as among others, and a support row at distance 0', async () => {
    const { model, calibrationScores, trainingSet } = await trainModel({ ...onRelaxed, alphaResolution: 0.25 });
    const estimator = calibrate({ model, calibrationScores, alphaResolution: 0.25, kernels });
    const features = featureMatrix(trainingSet);
    const estimates = await estimator.estimateAll(features);
    expect(estimates.map(({ nearestDistance }) => nearestDistance)).toEqual(trainingSet.map(() => 0));
    for (const [i, example] of trainingSet.entries()) {
      expect(await estimator.estimate(example.features)).toMatchObject({
        probabilities: estimates[i]!.probabilities,
        nearestDistance: 0,
        similarity: estimates[i]!.similarity,
      });
    }
    estimator.dispose();
  });
});
