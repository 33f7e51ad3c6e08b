import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, normal, startWasm, valueAndGradients, valuesOn } from '../testing/backends.js';
import { registerGatherGradient, registerWasmKernels } from './index.js';

describe('registerWasmKernels', () => {
  beforeAll(async () => {
    const code = await registerWasmKernels(tf).catch((error: unknown) => SdmError.is(error, 'missing-dependency'));
    expect(code).toBe(true);
    await startWasm();
  });

  it('says what it added and replaced, once, also when called twice at a time', async () => {
    const [report, again] = await Promise.all([registerWasmKernels(tf), registerWasmKernels(tf)]);
    expect(report.added).toEqual(['UnsortedSegmentSum', 'Conv2DBackpropFilter']);
    expect(report.replaced).toContain('BatchMatMul');
    expect(report.reason).toBeUndefined();
    expect(again).toBe(report);
    expect(registerGatherGradient(tf)).toBe(false);
  });
});

describe('sum and mean', () => {
  it('reduce any axes, with gradients', async () => {
    const axes = [undefined, 0, 1, 2, 3, -1, [0, 1], [1, 2], [2, 3], [0, 1, 2], [3, 2], [0, 2], [1, 3], [0, 1, 2, 3]];
    for (const axis of axes) {
      for (const keepDims of [false, true]) {
        const reduce = (x: tf.Tensor) => tf.add(tf.sum(x, axis, keepDims), tf.mean(x, axis, keepDims));
        // Sums of at most 1,140 normal numbers in another order.
        await expectSameAsCpu(() => valueAndGradients([normal([3, 4, 5, 19], 1)], reduce), 2e-4);
      }
    }
  });

  it('reduce integers, booleans, scalars and nothing', async () => {
    await expectSameAsCpu(
      () =>
        tf.sum(
          tf.tensor2d(
            [
              [1, 2],
              [3, 4],
            ],
            [2, 2],
            'int32',
          ),
          0,
        ),
      0,
    );
    await expectSameAsCpu(() => tf.sum(tf.tensor1d([true, false, true], 'bool')), 0);
    await expectSameAsCpu(() => tf.sum(tf.scalar(5)), 0);
    await expectSameAsCpu(() => tf.sum(tf.zeros([0, 3]), 0), 0);
    await expectSameAsCpu(() => tf.mean(tf.tensor1d([1, 2, 4], 'int32')), 3e-7); // one unit in the last place of 7/3
  });

  it('keep the precision of a long sum', async () => {
    const [total] = await valuesOn('wasm', () => tf.sum(tf.fill([1_000_000], 0.1)));
    // Sixteen running sums of 62,500 float32 each; one running sum is off by 1e-2 relative.
    expect(Math.abs(total!.data[0]! - 100_000) / 100_000).toBeLessThan(1e-3);
  });
});

describe('gather', () => {
  it('takes rows along any axis, with gradients', async () => {
    const indices = () =>
      tf.tensor2d(
        [
          [2, 0, 2],
          [1, 1, 0],
        ],
        [2, 3],
        'int32',
      );
    for (const axis of [0, 1, 2, -1]) {
      const take = (x: tf.Tensor) => tf.gather(x, tf.reshape(indices(), [6]), axis);
      await expectSameAsCpu(() => valueAndGradients([normal([3, 4, 5], 1)], take), 1e-5);
      await expectSameAsCpu(() => tf.gather(normal([3, 4, 5], 1), indices(), axis), 0);
    }
  });

  it('gathers by batch, where the stock kernel reads past the end', async () => {
    const indices = () =>
      tf.tensor2d(
        [
          [2, 0],
          [1, 3],
          [0, 0],
        ],
        [3, 2],
        'int32',
      );
    await expectSameAsCpu(() => tf.gather(normal([3, 4, 5], 1), indices(), 1, 1), 0);
    await expectSameAsCpu(() => tf.gather(normal([3, 2, 4], 1), indices(), 2, 1), 0);
  });

  it('takes integers, no rows, and refuses rows that are not there', async () => {
    await expectSameAsCpu(() => tf.gather(tf.tensor1d([5, 6, 7], 'int32'), tf.tensor1d([2, 0], 'int32')), 0);
    await expectSameAsCpu(() => tf.gather(normal([3, 2], 1), tf.zeros([0], 'int32')), 0);
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    for (const bad of [3, -1]) {
      expect(() => tf.tidy(() => tf.gather(tf.zeros([3, 2]), tf.tensor1d([0, bad], 'int32')))).toThrow(
        /not in \[0, 2\]/,
      );
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('unsortedSegmentSum', () => {
  it('adds up rows and leaves out ids outside the segments', async () => {
    const compute = (ids: number[]) => () =>
      tf.unsortedSegmentSum(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
          [7, 8],
        ]),
        tf.tensor1d(ids, 'int32'),
        3,
      );
    await expectSameAsCpu(compute([2, 0, 2, 1]), 0);
    const [sums] = await valuesOn('wasm', compute([2, -1, 3, 2]));
    expect([...sums!.data]).toEqual([0, 0, 0, 0, 8, 10]);
  });
});

describe('transpose, identity and cast', () => {
  it('move axes', async () => {
    const orders = [
      [0, 2, 1, 3],
      [1, 0, 2, 3],
      [0, 1, 3, 2],
      [3, 2, 1, 0],
      [2, 0, 1, 3],
      [0, 1, 2, 3],
    ];
    for (const order of orders) {
      for (const shape of [
        [2, 3, 4, 5],
        [2, 3, 4, 16],
        [1, 3, 1, 7],
        [2, 1, 4, 3],
      ]) {
        await expectSameAsCpu(() => valueAndGradients([normal(shape, 1)], (x) => tf.transpose(x, order)), 1e-4);
      }
    }
    await expectSameAsCpu(() => tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32')), 0);
  });

  it('share values without sharing fate', async () => {
    await tf.setBackend('wasm');
    const before = tf.memory();
    const x = tf.tensor1d([1, 2, 3]);
    const [copy, same] = [tf.clone(x), tf.cast(x, 'float32')];
    x.dispose();
    expect([...copy.dataSync(), ...same.dataSync()]).toEqual([1, 2, 3, 1, 2, 3]);
    tf.dispose([copy, same]);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    await expectSameAsCpu(() => tf.cast(tf.tensor1d([1.7, -1.7, 0]), 'int32'), 0);
    await expectSameAsCpu(() => tf.cast(tf.tensor1d([1, 0], 'int32'), 'bool'), 0);
  });

  it('keep a variable apart from the tensor it was assigned', async () => {
    await tf.setBackend('wasm');
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const copy = tf.clone(variable);
    variable.assign(tf.tensor1d([3, 4]));
    expect([...copy.dataSync(), ...variable.dataSync()]).toEqual([1, 2, 3, 4]);
    tf.dispose([variable, copy]);
  });
});

describe('the gradient of a convolution', () => {
  it('equals the cpu backend for strides, paddings and channels', async () => {
    for (const [stride, pad] of [
      [1, 'same'],
      [1, 'valid'],
      [2, 'same'],
      [[1, 2], 'valid'],
    ] as const) {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride as number | [number, number], pad);
      const inputs = () => [normal([2, 7, 6, 3], 1), normal([3, 2, 3, 5], 2)];
      await expectSameAsCpu(() => valueAndGradients(inputs(), convolve), 1e-3);
    }
  });

  it('trains Conv1D and Embedding layers to the losses of the cpu backend', async () => {
    const losses: number[] = [];
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend);
      const model = sequential({
        layers: [
          layers.embedding({ inputDim: 11, outputDim: 6, inputLength: 9 }),
          layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu' }),
          layers.flatten(),
          layers.dense({ units: 2, activation: 'softmax' }),
        ],
      });
      model.setWeights(model.getWeights().map((weight, i) => tf.mul(normal(weight.shape, i + 1), 0.3)));
      model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
      const x = tf.tensor2d(
        Array.from({ length: 72 }, (_, i) => (i * 7) % 11),
        [8, 9],
      );
      const y = tf.oneHot(tf.tensor1d([0, 1, 0, 1, 1, 0, 0, 1], 'int32'), 2);
      const { history } = await model.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 });
      losses.push(Number(history['loss']!.at(-1)));
      tf.dispose([x, y]);
      model.dispose();
    }
    expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(1e-5);
  });
});
