import { chooseBackend } from '@sdmjs/backends';
import { createDecoder, createTokenBatch, trainDecoder } from '@sdmjs/language-model';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

// Native TensorFlow only where `pnpm test:native` registered it.
const hasNative = Boolean(tf.findBackendFactory('tensorflow'));
const backends = ['wasm', ...(hasNative ? (['tensorflow'] as const) : [])] as const;

const config = { vocabularySize: 50, contextLength: 16, width: 16, layerCount: 2, headCount: 2, feedForwardSize: 40 };

/** Losses of three steps of AdamW: the second and third see the gradients of all weights. */
async function lossesOn(backend: 'cpu' | 'wasm' | 'tensorflow'): Promise<number[]> {
  const chosen = await chooseBackend({ force: backend });
  expect([chosen.tf.matMul, tf.getBackend()]).toEqual([tf.matMul, backend]);
  const sequence = (_: unknown, i: number) => ({
    tokens: Int32Array.from({ length: 16 }, (_, j) => (i * 7 + j * j) % 50),
  });
  const batch = createTokenBatch(Array.from({ length: 4 }, sequence));
  const decoder = createDecoder(config, { seed: 1 });
  const { losses } = await trainDecoder({ decoder, batchAt: () => batch, stepCount: 3, learningRate: 0.01 });
  decoder.dispose();
  return [...losses];
}

it.each(backends)(
  'trains a decoder on %s to the losses of the plain CPU, in one and the same tfjs-core',
  async (backend) => {
    const wanted = await lossesOn('cpu');
    const losses = await lossesOn(backend);
    expect(wanted.at(-1)!).toBeLessThan(wanted[0]! - 0.1);
    // Float32 sums in another order, three steps of a loss of about 4.
    losses.forEach((loss, step) => expect(Math.abs(loss - wanted[step]!)).toBeLessThan(1e-4));
  },
);

if (hasNative) {
  it('has the chained methods that some native kernels call', async () => {
    const { tf } = await chooseBackend({ force: 'tensorflow' });
    const slopes = tf.tensor1d([0.5, 0.5]);
    expect([...tf.prelu(tf.tensor1d([-2, 3]), slopes).dataSync()]).toEqual([-1, 3]);
    expect([...tf.argMax(tf.tensor1d([false, true], 'bool')).dataSync()]).toEqual([1]);
    expect(tf.exp(tf.tensor1d([0], 'int32')).dataSync()[0]).toBe(1);
  });
}
