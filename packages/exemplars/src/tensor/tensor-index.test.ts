import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createMatrix, createRandom } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExactIndex } from '../exact-index.js';
import { testExemplarIndex } from '../testing/index.js';
import { createTensorIndex } from './tensor-index.js';

const packageFile = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
setWasmPaths(`${dirname(packageFile)}/dist/`);

// Native TensorFlow and WebGPU only where `pnpm test:native` and `pnpm test:webgpu` registered them.
const backends = ['cpu', 'wasm', 'tensorflow', 'webgpu'].filter((name) => tf.findBackendFactory(name));

describe.each(backends)('on the %s backend', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  testExemplarIndex(`tensor, ${backend}`, (support) => createTensorIndex(tf, support));

  it('equals the exact index on random rows, with more queries than one tile holds', async () => {
    const random = createRandom(3);
    const draw = (rows: number) =>
      createMatrix(
        rows,
        4,
        Float32Array.from({ length: rows * 4 }, () => random.uniform(-1, 1)),
      );
    const support = {
      representations: draw(700),
      labels: Int32Array.from({ length: 700 }, () => (random.nextDouble() < 0.9 ? 0 : 1)),
      predictions: new Int32Array(700),
    };
    const queries = draw(300);
    const predictions = new Int32Array(300);
    const exact = await createExactIndex(support, { kernels: createPlainKernels() });
    const index = await createTensorIndex(tf, support, { distancesAtOnce: 2 ** 15 });
    const wanted = await exact.match(queries, predictions, { maxSimilarity: 50 });
    // All three to the last bit: seed 3 draws no two distances within the rounding of the product.
    expect(await index.match(queries, predictions, { maxSimilarity: 50 })).toEqual(wanted);
    index.dispose();
  });

  it('keeps no tensor but its own, and frees those', async () => {
    const before = tf.memory().numTensors;
    const support = {
      representations: createMatrix(5, 2, Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
      labels: new Int32Array(5),
      predictions: new Int32Array(5),
    };
    const index = await createTensorIndex(tf, support);
    const own = tf.memory().numTensors;
    await index.match(createMatrix(3, 2), new Int32Array(3), { maxSimilarity: 3, exclusions: Int32Array.of(0, -1, 2) });
    await index.nearest(new Float32Array(2), 3);
    expect(tf.memory().numTensors).toBe(own);
    index.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses distances that overflow float32', async () => {
    const representations = createMatrix(2, 1, Float32Array.of(-3e38, 3e38));
    const support = { representations, labels: new Int32Array(2), predictions: new Int32Array(2) };
    await expect(createTensorIndex(tf, support)).rejects.toMatchObject({ code: 'not-finite' });
  });
});
