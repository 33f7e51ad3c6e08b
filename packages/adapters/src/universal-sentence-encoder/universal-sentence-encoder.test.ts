import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { SdmError, rowOf } from '@sdmjs/core';
import { registerWasmKernels } from '@sdmjs/kernels/tensor';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { readUniversalSentenceEncoder } from '../node/index.js';
import { testEncoder } from '../testing/index.js';
import { createUniversalSentenceEncoder } from './index.js';

beforeAll(async () => {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  setWasmPaths(`${folder}/dist/`);
  tf.enableProdMode(); // no advice on the console
  await tf.setBackend('wasm');
  await registerWasmKernels(tf);
});

const files = readUniversalSentenceEncoder();
const create = async () => createUniversalSentenceEncoder(await files);

testEncoder('universal sentence encoder, lite', create);

// What @energetic-ai/embeddings 0.2.0 (TensorFlow.js 4.5, WASM) gives for the first eight of 512 numbers.
const REFERENCE: [text: string, start: number[]][] = [
  [
    'Hello.',
    [
      0.0015428994, -0.0512846336, -0.0511296466, -0.0483903997, -0.0017822015, -0.0453722812, 0.0517843142,
      0.0514072031,
    ],
  ],
  [
    'The meeting is moved to Thursday at ten.',
    [0.0285505708, -0.0460132435, -0.05762453, 0.0278110933, 0.0316199325, -0.0437918119, -0.0024473229, -0.0634127408],
  ],
  [
    'Win a FREE holiday now!!! Click here to claim your prize.',
    [
      0.0132632609, -0.0429558418, -0.002345342, 0.0673084259, -0.0284902882, -0.015475071, 0.04022900015,
      -0.0349941105,
    ],
  ],
];

it('gives the numbers of another implementation, frees every tensor, and reads no more than it is told to', async () => {
  const before = tf.memory().numTensors;
  const encoder = await create();
  const features = await encoder.encode(REFERENCE.map(([text]) => text));
  expect(features.columns).toBe(512);
  REFERENCE.forEach(([, start], i) => {
    const row = rowOf(features, i);
    // Two builds of the float32 kernels: sums of at most 512 terms in another order, on numbers below 0.1.
    start.forEach((value, j) => expect(Math.abs(row[j]! - value)).toBeLessThan(1e-6));
    expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  });
  encoder.dispose();
  expect(tf.memory().numTensors).toBe(before);

  const short = await createUniversalSentenceEncoder(await files, { maxTokens: 3 });
  const [cut, whole] = [await short.encode(['Hello. And so on.']), await short.encode(['Hello. And what else?'])];
  expect(cut.data).toEqual(whole.data);
  expect(short.representation.fingerprint).not.toBe(encoder.representation.fingerprint);
  short.dispose();
});

it('says what is wrong with its files', async () => {
  const good = await files;
  const codeOf = (attempt: Promise<unknown>) => attempt.catch((error: unknown) => SdmError.is(error) && error.code);
  const text = (contents: string) => new TextEncoder().encode(contents);
  expect(await codeOf(createUniversalSentenceEncoder({ ...good, model: text('{') }))).toBe('bad-format');
  expect(await codeOf(createUniversalSentenceEncoder({ ...good, vocabulary: text('[1]') }))).toBe('bad-format');
  expect(await codeOf(createUniversalSentenceEncoder({ ...good, weights: [] }))).toBe('bad-format');
  expect(await codeOf(createUniversalSentenceEncoder(good, { maxTokens: 0 }))).toBe('out-of-range');
  expect(await codeOf(readUniversalSentenceEncoder('/nonexistent'))).toBe('not-found');
});
