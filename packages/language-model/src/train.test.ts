import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { applyAdamW, createAdamWState } from './adamw.js';
import { namedWeights } from './decoder-weights.js';
import { warmUpThenConstant, warmUpThenCosine, warmUpThenLinear } from './schedule.js';
import { describeOnBackends } from './testing/backends.js';
import { createTinyDecoder } from './testing/tiny.js';
import { valuesOf } from './testing/verdict-toy.js';
import { createTokenBatch, planBatches, type TrainingSequence } from './token-batch.js';
import { lossAndGradients, type TrainingState, trainDecoder } from './train.js';
import { decodeTrainingState, encodeTrainingState } from './training-state.js';

// Counting upwards modulo 11 from any start: the next token follows from the last.
const sequences = Array.from({ length: 40 }, (_, start) => ({
  tokens: Array.from({ length: 5 + (start % 4) }, (_, i) => (start + i) % 11),
}));
const { batchAt } = planBatches({ sequences, tokensPerBatch: 64, seed: 3 });

describeOnBackends('training a decoder', (backend) => {
  it('learns a toy sequence and leaves no tensor behind', async () => {
    const decoder = createTinyDecoder();
    await trainDecoder({ decoder, batchAt, stepCount: 1, learningRate: 0 });
    const before = tf.memory().numTensors;
    const { losses } = await trainDecoder({ decoder, batchAt, stepCount: 60, learningRate: 0.02 });
    expect(tf.memory().numTensors).toBe(before);
    // Chance is ln 11 = 2.4; a learned successor function is near 0.
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(losses.at(-1)).toBeLessThan(0.1);
    decoder.dispose();
  });

  it('gives the same weights when it is stopped, saved and resumed', async () => {
    const learningRate = warmUpThenCosine({ peak: 0.02, warmUpSteps: 3, stepCount: 12 });
    const whole = createTinyDecoder();
    const states: TrainingState[] = [];
    const onCheckpoint = (state: TrainingState) => void states.push(state);
    const options = { batchAt, stepCount: 12, learningRate };
    await trainDecoder({ ...options, decoder: whole, onCheckpoint, checkpointEvery: 5 });
    const resumed = createTinyDecoder(2);
    await trainDecoder({ ...options, decoder: resumed, resume: decodeTrainingState(encodeTrainingState(states[0]!)) });
    expect(states[0]!.optimizer.step).toBe(5);
    const [got, wanted] = [await valuesOf(resumed), await valuesOf(whole)];
    // Equal to the last bit, but on WebGPU: TensorFlow.js adds with atomics there (embedding gradient, some products), in any order.
    const tolerance = backend === 'webgpu' ? 1e-5 : 0;
    got.forEach(([name, values], i) => {
      const [wantedName, wantedValues] = wanted[i]!;
      expect(name).toBe(wantedName);
      values.forEach((value, k) => expect(Math.abs(value - wantedValues[k]!)).toBeLessThanOrEqual(tolerance));
    });
    whole.dispose();
    resumed.dispose();
  });

  it('takes the same way with AdamW on the device, also when resumed', async () => {
    const options = { batchAt, stepCount: 12, learningRate: 0.01 };
    const onCpu = await trainDecoder({ ...options, decoder: createTinyDecoder() });
    const decoder = createTinyDecoder();
    const first = await trainDecoder({ ...options, decoder, stepCount: 5, updateOn: 'device' });
    const before = tf.memory().numTensors;
    const second = await trainDecoder({ ...options, decoder, resume: first.state, updateOn: 'device' });
    expect(tf.memory().numTensors).toBe(before);
    expect(second.state.optimizer.step).toBe(12);
    // Losses near 2, in float32; a dozen steps on weights that round otherwise.
    [...first.losses, ...second.losses].forEach((loss, i) => {
      expect(Math.abs(loss - onCpu.losses[i]!)).toBeLessThan(2e-5);
    });
    decoder.dispose();
  });

  it('stops with the step at which the loss is no number, with the weights of the last checkpoint', async () => {
    const decoder = createTinyDecoder();
    const states: TrainingState[] = [];
    const overflowing = {
      decoder,
      batchAt,
      stepCount: 9,
      learningRate: (step: number) => (step < 5 ? 0.01 : 1e38),
      adamW: { maxGradientNorm: Infinity, weightDecay: 0 },
    };
    const onCheckpoint = (state: TrainingState) => void states.push(state);
    const run = trainDecoder({ ...overflowing, onCheckpoint, checkpointEvery: 2 });
    await expect(run).rejects.toThrow(/is (NaN|-?Infinity) at step 5;.* weights of the checkpoint after step 4 again/);
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'not-finite'));
    expect(states.map(({ optimizer }) => optimizer.step)).toEqual([2, 4]);
    expect(new Map(await valuesOf(decoder))).toEqual(
      new Map([...states[1]!.weights].map(([name, w]) => [name, [...w]])),
    );
    const resumed = trainDecoder({ ...overflowing, resume: states[0]! });
    await expect(resumed).rejects.toThrow(/checkpoint after step 2 again/);
    const bare = trainDecoder({ ...overflowing, learningRate: 1e38 });
    await expect(bare).rejects.toThrow(/ at step [01];.*no checkpoint to go back to: pass onCheckpoint/);
    decoder.dispose();
  });

  it('makes no update from gradients, and hands over no weights, that are no numbers', async () => {
    const decoder = createTinyDecoder();
    const before = await valuesOf(decoder);
    const weights = namedWeights(decoder.weights);
    const gradients = new Map([...weights].map(([name, { size }]) => [name, new Float32Array(size).fill(NaN)]));
    const state = createAdamWState(weights);
    await expect(applyAdamW(weights, gradients, { state, learningRate: 1 })).rejects.toThrow(
      /norm of the gradients is NaN at step 0/,
    );
    expect([state.step, await valuesOf(decoder)]).toEqual([0, before]);
    const options = { decoder, batchAt, stepCount: 1, learningRate: Infinity };
    const run = trainDecoder({ ...options, checkpointEvery: 1, onCheckpoint: () => expect.unreachable() });
    await expect(run).rejects.toThrow(/the update of \S+ is (NaN|-?Infinity) at step 0/);
    decoder.dispose();
  });

  it('stops between steps when asked', async () => {
    const decoder = createTinyDecoder();
    const controller = new AbortController();
    const onProgress = ({ step }: { step: number }) => step === 2 && controller.abort();
    const run = trainDecoder({
      decoder,
      batchAt,
      stepCount: 9,
      learningRate: 0.01,
      onProgress,
      signal: controller.signal,
    });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    decoder.dispose();
  });

  it('takes the loss of single tokens in a base and with an exponent of their own', async () => {
    const decoder = createTinyDecoder();
    const tokens = [1, 2, 3, 4];
    const only = (index: number) => tokens.map((_, i) => (i === index ? 1 : 0));
    const lossOf = async (...sequences: TrainingSequence[]) =>
      (await lossAndGradients(decoder, createTokenBatch(sequences))).loss;
    const tokenLoss = { index: 2, base: 9, exponent: 0.25 };
    const first = await lossOf({ tokens, weights: only(1) });
    const second = await lossOf({ tokens, weights: only(2), tokenLoss });
    const rest = { tokens, weights: only(3), lossBase: 2 };
    const third = await lossOf(rest);
    const all = await lossOf({ tokens, weights: [0, 1, 1, 0], tokenLoss }, rest);
    // Float32 means of three losses of order 2.
    expect(all).toBeCloseTo((first + second + third) / 3, 5);
    expect(second).not.toBeCloseTo(await lossOf({ tokens, weights: only(2), lossBase: 9 }), 3);
    decoder.dispose();
  });

  it('takes the logarithm that is asked for', async () => {
    const decoder = createTinyDecoder();
    const steep = createTokenBatch([{ tokens: [1, 2, 3, 4], lossBase: 1e15 }]); // targets are far below the maximum
    const stable = await lossAndGradients(decoder, steep);
    const floored = await lossAndGradients(decoder, steep, 'floored');
    expect(floored.loss).toBeLessThan(stable.loss / 2);
    // ln ε is −15.9: no target can lose more, but for the sum over 11 tokens.
    expect(floored.loss * Math.log(1e15)).toBeLessThan(16 + Math.log(11));
    const { losses } = await trainDecoder({
      decoder,
      batchAt: () => steep,
      stepCount: 1,
      learningRate: 0,
      logarithm: 'floored',
    });
    expect(losses).toEqual([floored.loss]);
    decoder.dispose();
  });

  it('refuses tokens outside the vocabulary', async () => {
    const decoder = createTinyDecoder();
    const strange = () => createTokenBatch([{ tokens: [1, 11] }]);
    const run = trainDecoder({ decoder, batchAt: strange, stepCount: 1, learningRate: 0.1 });
    await expect(run).rejects.toThrow(/token 11, wanted ids in \[0, 11\)/);
    decoder.dispose();
  });

  it('refuses to resume another configuration', async () => {
    const decoder = createTinyDecoder();
    const { state } = await trainDecoder({ decoder, batchAt, stepCount: 1, learningRate: 0 });
    state.weights.delete('finalNorm');
    const run = trainDecoder({ decoder, batchAt, stepCount: 2, learningRate: 0, resume: state });
    await expect(run).rejects.toThrow(/no numbers for finalNorm/);
    decoder.dispose();
  });
});

it('schedules rise linearly and then stay or fall', () => {
  const constant = warmUpThenConstant({ peak: 2, warmUpSteps: 4 });
  expect([0, 1, 3, 100].map(constant)).toEqual([0.5, 1, 2, 2]);
  const cosine = warmUpThenCosine({ peak: 2, warmUpSteps: 2, stepCount: 10, finalShare: 0.1 });
  // Half a cosine between 2 and 0.2; doubles.
  expect(cosine(0)).toBe(1);
  expect(cosine(2)).toBeCloseTo(2, 12);
  expect(cosine(6)).toBeCloseTo(1.1, 12);
  expect(cosine(10)).toBeCloseTo(0.2, 12);
  const linear = warmUpThenLinear({ peak: 2, warmUpSteps: 2, stepCount: 10 });
  expect([0, 1, 2, 6, 10, 11].map(linear)).toEqual([1, 2, 2, 1, 0, 0]);
});
