import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, normal, startWasm, valueAndGradients, valuesOn } from '../testing/backends.js';
import { registerWasmKernels } from './index.js';

beforeAll(async () => {
  await startWasm();
  await registerWasmKernels(tf);
});

const transposes = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

/** Inputs of a product [batch…, rows, inner] · [batch…, inner, columns] as they are stored under transposes. */
function factors(sizes: { batch: number[]; rows: number; inner: number; columns: number }, a: boolean, b: boolean) {
  const { batch, rows, inner, columns } = sizes;
  return [
    normal([...batch, ...(a ? [inner, rows] : [rows, inner])], 1),
    normal([...batch, ...(b ? [columns, inner] : [inner, columns])], 2),
  ];
}

describe.each(transposes)('matMul with transposeA %s and transposeB %s', (transposeA, transposeB) => {
  const multiply = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, transposeA, transposeB);

  it('equals the cpu backend, with gradients', async () => {
    for (const batch of [[], [3], [2, 3]]) {
      const sizes = { batch, rows: 7, inner: 53, columns: 18 };
      // Sums of 53 products of normal numbers in another order: float32 rounding of values of order 30.
      await expectSameAsCpu(() => valueAndGradients(factors(sizes, transposeA, transposeB), multiply), 1e-3);
    }
  });

  it('broadcasts batches', async () => {
    const shape = (batch: number[], outer: number, inner: number, isTransposed: boolean) =>
      normal([...batch, ...(isTransposed ? [inner, outer] : [outer, inner])], 3);
    for (const [left, right] of [
      [[1], [4]],
      [[4], [1]],
      [
        [2, 1],
        [1, 3],
      ],
      [
        [1, 3],
        [2, 3],
      ],
    ] as const) {
      const a = () => shape([...left], 5, 60, transposeA);
      const b = () => shape([...right], 60, 9, transposeB);
      const batch = tf.broadcast_util.assertAndGetBroadcastShape([...left], [...right]);
      const spread = (x: tf.Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
      // The cpu backend mixes up batches that are broadcast on both sides, so it gets them spread out.
      const [wanted] = await valuesOn('cpu', () => multiply(spread(a()), spread(b())));
      const [got] = await valuesOn('wasm', () => multiply(a(), b()));
      expect(got!.shape).toEqual(wanted!.shape);
      const differences = Array.from(got!.data, (value, i) => Math.abs(value - wanted!.data[i]!));
      // Sums of 60 products of normal numbers in another order.
      expect(Math.max(...differences)).toBeLessThan(1e-4);
    }
  });

  it('fuses bias and activation right, also with an inner size above 48', async () => {
    const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
    for (const activation of activations) {
      for (const biasShape of [undefined, [18], [1, 18]]) {
        const compute = () => {
          const [a, b] = factors({ batch: [2], rows: 7, inner: 130, columns: 18 }, transposeA, transposeB);
          const bias = biasShape && normal([18], 5);
          return tf.fused.matMul({
            a: a!,
            b: b!,
            transposeA,
            transposeB,
            activation,
            leakyreluAlpha: 0.3,
            ...(bias ? { bias: tf.reshape(bias, biasShape) } : {}),
            ...(activation === 'prelu' ? { preluActivationWeights: normal([18], 6) } : {}),
          });
        };
        await expectSameAsCpu(compute, 1e-4);
      }
    }
  });
});

describe('matMul', () => {
  it('multiplies empty and one-element tensors', async () => {
    await expectSameAsCpu(() => tf.matMul(tf.zeros([0, 3]), tf.zeros([3, 2])), 0);
    await expectSameAsCpu(() => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])), 0);
    await expectSameAsCpu(() => tf.matMul(tf.tensor2d([[3]]), tf.tensor2d([[4]])), 0);
  });

  it('gives a fused dense layer its gradients', async () => {
    const layer = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.matMul({ a: x as tf.Tensor2D, b: kernel as tf.Tensor2D, bias, activation: 'relu' });
    const inputs = () => [normal([9, 70], 1), normal([70, 5], 2), normal([5], 3)];
    await expectSameAsCpu(() => valueAndGradients(inputs(), layer), 1e-3);
  });

  it('survives growth of the heap between two products', async () => {
    await tf.setBackend('wasm');
    const a = tf.ones<tf.Rank.R2>([64, 64]);
    const first = tf.matMul(a, a).dataSync()[0];
    const ballast = tf.zeros([40e6]);
    expect(tf.tidy(() => tf.matMul(a, a).dataSync()[0] === 64)).toBe(true);
    expect(first).toBe(64);
    tf.dispose([a, ballast]);
  });
});
