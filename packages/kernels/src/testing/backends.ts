import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect } from 'vitest';

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}/dist/`);

/** Starts the WASM backend with its own kernels. */
export async function startWasm(): Promise<void> {
  await tf.setBackend('wasm');
  await tf.ready();
}

/** What a function of tensors gives on a backend, as arrays with shapes. Asserts that it leaves no tensor behind. */
export async function valuesOn(backend: string, compute: () => tf.Tensor | tf.Tensor[]) {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const tensors = [tf.tidy(compute)].flat();
  const values = tensors.map((tensor) => ({ shape: tensor.shape, dtype: tensor.dtype, data: tensor.dataSync() }));
  tf.dispose(tensors);
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

/** Asserts that a function of tensors gives on wasm what it gives on cpu, up to `tolerance` absolute. */
export async function expectSameAsCpu(compute: () => tf.Tensor | tf.Tensor[], tolerance: number): Promise<void> {
  const wanted = await valuesOn('cpu', compute);
  const got = await valuesOn('wasm', compute);
  expect(got.map(({ shape, dtype }) => [shape, dtype])).toEqual(wanted.map(({ shape, dtype }) => [shape, dtype]));
  got.forEach(({ data }, i) => {
    const differences = Array.from(data, (value, j) => Math.abs(value - wanted[i]!.data[j]!));
    const worst = differences.reduce((a, b) => Math.max(a, b), 0);
    expect(worst).toBeLessThanOrEqual(tolerance);
    expect(data.every(Number.isFinite)).toBe(true);
  });
}

/** Seeded normal values, the same on every backend. */
export function normal(shape: number[], seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', seed);
}

/** A function's value and its gradients with respect to every input, weighted so that all elements matter. */
export function valueAndGradients(inputs: tf.Tensor[], f: (...inputs: tf.Tensor[]) => tf.Tensor): tf.Tensor[] {
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const result = f(...given);
    return tf.sum(tf.mul(result, normal(result.shape, 99))) as tf.Scalar;
  })(inputs);
  return [f(...inputs), value, ...grads];
}
