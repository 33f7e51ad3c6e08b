import { createRandom } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { createAdamWState } from '../adamw.js';
import { namedWeights } from '../decoder-weights.js';
import { startBackend } from '../testing/backends.js';
import { createTinyDecoder } from '../testing/tiny.js';
import { bodyLossAndGradients } from './body-loss.js';
import { trainBodyEpoch } from './train-body-epoch.js';

it('takes every document with its own q and d, whatever the order', async () => {
  await startBackend('wasm');
  const [decoder, positive] = [createTinyDecoder(1), createTinyDecoder(2)];
  const documents = [
    { id: 'a', prompt: [1, 2], completion: [3], label: 1 },
    { id: 'b', prompt: [4], completion: [5, 6, 7], label: 1 },
    { id: 'c', prompt: [8, 9, 10], completion: [0, 1], label: 1 },
  ];
  const signals = { similarities: [0, 3, 40], distanceQuantiles: [0.2, 1, 0.5] };
  const { result } = await bodyLossAndGradients({ decoder, positive, documents, signals, regularizerWeight: 0 });
  for (const seed of [1, 2, 3, 4]) {
    const { loss, distance } = await trainBodyEpoch({
      epoch: 1,
      decoder,
      positive,
      documents,
      signals,
      batchSize: 3,
      learningRate: 0, // nothing moves, so that the epochs can be compared
      regularizer: {},
      random: createRandom(seed),
      optimizer: createAdamWState(namedWeights(positive.weights)),
      adamW: {},
    });
    // Float32 logits of rows in another order.
    expect(loss).toBeCloseTo(result.loss, 5);
    expect(distance).toBeCloseTo(result.distance, 5);
  }
  decoder.dispose();
  positive.dispose();
});
