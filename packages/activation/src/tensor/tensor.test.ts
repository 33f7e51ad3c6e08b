import '@tensorflow/tfjs-backend-cpu';
import { dirname, sep } from 'node:path';
import { createRequire } from 'node:module';
import { createMatrix, createRandom, type Matrix } from '@sdmjs/core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { logSdm as logSdmOfArrays, logSdmBase as logSdmBaseOfArrays } from '../log-sdm.js';
import { sdm as sdmOfArrays } from '../sdm.js';
import { sdmLoss as sdmLossOfArrays } from '../sdm-loss.js';
import { sdmLossGradient } from '../sdm-loss-gradient.js';
import { logSdm, logSdmBase } from './log-sdm.js';
import { sdm } from './sdm.js';
import { sdmLoss, sdmRowLosses } from './sdm-loss.js';

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}${sep}dist${sep}`);

const random = createRandom(3);
const [rows, classes] = [6, 4];
const draw = (count: number, spread: number) =>
  Float32Array.from({ length: count }, () => random.uniform(-spread, spread));
const matrix = createMatrix(rows, classes, draw(rows * classes, 3));
const labels = Int32Array.of(0, 1, 2, 3, 3, 0);
const signals = {
  similarities: Float32Array.of(0, 1, 7, 40, 1000, 3),
  distanceQuantiles: Float32Array.of(1, 0.5, 0.25, 0.9, 0.1, 0),
};
const bases = Float32Array.of(2, 2.5, Math.E, 3, 10, 100);

const tensorOf = ({ data, rows: height, columns }: Matrix) => tf.tensor2d(data, [height, columns]);
const tensors = () => ({
  logits: tensorOf(matrix),
  labels: tf.tensor1d(labels, 'int32'),
  signals: {
    similarities: tf.tensor1d(signals.similarities),
    distanceQuantiles: tf.tensor1d(signals.distanceQuantiles),
  },
});

/** exp, log and sums of two libraries in float32, on values up to about 20. */
const expectEqual = (actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5) => {
  expect(actual.length).toBe(wanted.length);
  for (let k = 0; k < wanted.length; k++) {
    expect(Math.abs(actual[k]! - wanted[k]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted[k]!)));
  }
};

/** Runs `compute` and its gradient, and expects both to leave no tensor behind but the one each returns. */
const countsTensors = (compute: (logits: tf.Tensor2D) => tf.Tensor) => {
  const { logits } = tensors();
  const before = tf.memory().numTensors;
  const value = compute(logits);
  expect(tf.memory().numTensors).toBe(before + 1);
  const gradient = tf.grad((z) => compute(z as tf.Tensor2D))(logits);
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose([value, gradient]);
};

// Native TensorFlow and WebGPU only where `pnpm test:native` and `pnpm test:webgpu` registered them.
const backends = ['cpu', 'wasm', 'tensorflow', 'webgpu'].filter((name) => tf.findBackendFactory(name));

describe.each(backends)('on the %s backend', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  it('computes what the array functions compute', async () => {
    const t = tensors();
    expectEqual(await sdm(t.logits, t.signals).data(), sdmOfArrays(matrix, signals).data);
    expectEqual(await logSdm(t.logits, t.signals).data(), logSdmOfArrays(matrix, signals).data);
    expectEqual(
      await logSdmBase(t.logits, tf.tensor1d(bases), t.signals.distanceQuantiles).data(),
      logSdmBaseOfArrays(matrix, bases, signals.distanceQuantiles).data,
    );
    const losses = sdmLossOfArrays(matrix, labels, signals);
    expectEqual(await sdmRowLosses(t.logits, t.labels, t.signals).data(), losses);
    expectEqual(await sdmLoss(t.logits, t.labels, t.signals).data(), [losses.reduce((a, b) => a + b, 0) / rows]);
  });

  it('takes an offset, signals as columns and whole-number similarities', async () => {
    const { logits } = tensors();
    const column = {
      similarities: tf.tensor2d(Int32Array.of(0, 1, 7, 40, 1000, 3), [rows, 1], 'int32'),
      distanceQuantiles: tf.tensor2d(signals.distanceQuantiles, [rows, 1]),
    };
    const options = { similarityOffset: 1.5 };
    expectEqual(await sdm(logits, column, options).data(), sdmOfArrays(matrix, signals, options).data);
  });

  it('has the closed-form gradient d · (sdm − one-hot) / rows for the mean loss', async () => {
    const t = tensors();
    const gradient = tf.grad((z) => sdmLoss(z as tf.Tensor2D, t.labels, t.signals))(t.logits);
    expectEqual(
      await gradient.data(),
      sdmLossGradient(matrix, labels, signals).data.map((value) => value / rows),
    );
  });

  it.each([
    ['sdm', (z: tf.Tensor2D) => sdm(z, tensors().signals)],
    ['logSdm', (z: tf.Tensor2D) => logSdm(z, tensors().signals)],
    ['logSdmBase', (z: tf.Tensor2D) => logSdmBase(z, 2.5, 0.75)],
    ['sdmRowLosses', (z: tf.Tensor2D) => tf.expandDims(sdmRowLosses(z, tensors().labels, tensors().signals), 1)],
  ] as const)('has a gradient of %s that equals finite differences', async (_, compute) => {
    const weights = tf.tensor2d(draw(rows * classes, 1), [rows, classes]);
    const weighted = (z: tf.Tensor) => tf.sum(tf.mul(compute(z as tf.Tensor2D), weights));
    const gradient = await tf.grad(weighted)(tensorOf(matrix)).data();
    const step = 1 / 64;
    const shifted = async (k: number, shift: number) => {
      const data = matrix.data.slice();
      data[k]! += shift;
      return (await weighted(tensorOf({ ...matrix, data })).data())[0]!;
    };
    const differences: number[] = [];
    for (let k = 0; k < matrix.data.length; k++) {
      differences.push(((await shifted(k, step)) - (await shifted(k, -step))) / (2 * step));
    }
    // Float32 noise of a sum of 24 numbers over twice the step, and the third derivative times step².
    expectEqual(gradient, differences, 3e-3);
  });

  it('keeps q and d constant: their own gradient does not exist', () => {
    const t = tensors();
    const bySimilarity = tf.grad((q) => tf.sum(sdm(t.logits, { ...t.signals, similarities: q as tf.Tensor1D })));
    expect(() => bySimilarity(t.signals.similarities)).toThrow(/Cannot compute gradient/);
  });

  it('leaves no tensor behind, forward and backward', () => {
    const t = tensors();
    countsTensors((z) => sdm(z, t.signals));
    countsTensors((z) => logSdm(z, t.signals));
    countsTensors((z) => logSdmBase(z, 2.5, 0.75));
    countsTensors((z) => sdmRowLosses(z, t.labels, t.signals));
    countsTensors((z) => sdmLoss(z, t.labels, t.signals));
  });

  it('computes the language model form over the last axis of any rank', async () => {
    const cube = tf.tensor3d(matrix.data, [2, 3, classes]);
    const output = logSdmBase(cube, tf.tensor2d(bases, [2, 3]));
    expect(output.shape).toEqual([2, 3, classes]);
    expectEqual(await output.data(), logSdmBaseOfArrays(matrix, bases).data);
  });

  it('survives an overflow of the plain exponential', async () => {
    const one = { similarities: tf.tensor1d([1000]), distanceQuantiles: tf.tensor1d([1]) };
    expect([...(await sdm(tf.tensor2d([[1e5, -1e5]]), one).data())]).toEqual([1, 0]);
    const loss = await sdmRowLosses(tf.tensor2d([[1000, -1000]]), tf.tensor1d([1], 'int32'), one).data();
    expectEqual(loss, [2000]);
  });

  it('refuses shapes that do not fit', () => {
    const t = tensors();
    const short = { ...t.signals, similarities: tf.tensor1d([1]) };
    expect(() => sdm(t.logits, short)).toThrow(/similarities of shape \[6\]/);
    expect(() => sdm(tf.tensor2d([[1]]), t.signals)).toThrow(/2 or more classes/);
    expect(() => sdmLoss(t.logits, tf.tensor1d([0], 'int32'), t.signals)).toThrow(/labels of shape \[6\]/);
    expect(() => sdmLoss(t.logits, tf.tensor1d([0, 0, 0, 0, 0, 0]), t.signals)).toThrow(/int32 labels/);
    expect(() => logSdmBase(t.logits, tf.tensor1d([2]))).toThrow(/base of shape \[6\]/);
  });
});
