import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createDecoder, forward, hiddenStates } from './decoder.js';
import { namedWeights } from './decoder-weights.js';
import { describeOnBackends } from './testing/backends.js';
import { referenceForward } from './testing/reference-decoder.js';
import { createTinyDecoder, TINY } from './testing/tiny.js';
import { createTokenBatch } from './token-batch.js';
import { batchLoss, lossAndGradients } from './train.js';

const TOKENS = [1, 2, 3, 4, 5, 6, 10, 0];

describeOnBackends('the decoder', () => {
  it('gives the logits and states of plain loops in double precision', async () => {
    const decoder = createTinyDecoder();
    const { hidden, tokenLogits } = tf.tidy(() => forward(decoder, tf.tensor2d([TOKENS], undefined, 'int32')));
    const reference = await referenceForward(decoder, TOKENS);
    // Float32 through two blocks of width 8; logits of order 10.
    expectClose(await hidden.data(), reference.hidden.flat(), 2e-5);
    expectClose(await tokenLogits.data(), reference.tokenLogits.flat(), 1e-4);
    tf.dispose([hidden, tokenLogits]);
    decoder.dispose();
  });

  it('does not see later tokens', async () => {
    const decoder = createTinyDecoder();
    const changed = [...TOKENS.slice(0, 5), 9, 9, 9];
    const [a, b] = await Promise.all([TOKENS, changed].map((tokens) => statesOf(decoder, [tokens])));
    const seen = 5 * TINY.width;
    expect(a!.slice(0, seen)).toEqual(b!.slice(0, seen));
    expect(a!.slice(seen)).not.toEqual(b!.slice(seen));
    decoder.dispose();
  });

  it('gives each row of a batch what it gets alone', async () => {
    const decoder = createTinyDecoder();
    const rows = [TOKENS, [...TOKENS].reverse(), TOKENS.map((token) => (token * 3) % 11)];
    const together = await statesOf(decoder, rows);
    const alone = await Promise.all(rows.map((row) => statesOf(decoder, [row])));
    // Products of another shape may add in another order.
    expectClose(
      together,
      alone.flatMap((states) => [...states]),
      1e-5,
    );
    decoder.dispose();
  });

  it('has gradients that agree with finite differences', async () => {
    const decoder = createTinyDecoder();
    const batch = createTokenBatch([{ tokens: TOKENS }, { tokens: [3, 4, 5], weights: [0, 0, 2], lossBase: 2.5 }]);
    const { gradients } = await lossAndGradients(decoder, batch);
    for (const [name, weight] of namedWeights(decoder.weights)) {
      const index = largestIndex(gradients.get(name)!);
      const analytic = gradients.get(name)![index]!;
      const numeric = await finiteDifference(weight, index, () => batchLoss(decoder, batch));
      // Central differences of a float32 loss of order 3 with step 5e-3: rounding 1e-4, curvature below that.
      expect(Math.abs(numeric - analytic), name).toBeLessThan(4e-4 + 0.01 * Math.abs(analytic));
    }
    decoder.dispose();
  });

  it('frees all tensors on dispose', () => {
    const before = tf.memory().numTensors;
    createTinyDecoder().dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses sequences beyond its context and impossible sizes', () => {
    const decoder = createTinyDecoder();
    const tooLong = tf.zeros<tf.Rank.R2>([1, TINY.contextLength + 1], 'int32');
    expect(() => hiddenStates(decoder, tooLong)).toThrow(/13 tokens a sequence, the context is 12/);
    expect(() => createDecoder({ ...TINY, headCount: 3 })).toThrow(/multiple of 2/);
    expect(() => createDecoder({ ...TINY, layerCount: 0 })).toThrow(/layerCount/);
    tooLong.dispose();
    decoder.dispose();
  });
});

async function statesOf(decoder: ReturnType<typeof createTinyDecoder>, rows: number[][]) {
  const hidden = tf.tidy(() => hiddenStates(decoder, tf.tensor2d(rows, undefined, 'int32')));
  const values = (await hidden.data()).slice();
  hidden.dispose();
  return values;
}

function expectClose(got: ArrayLike<number>, wanted: readonly number[], tolerance: number) {
  expect(got.length).toBe(wanted.length);
  const worst = wanted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - got[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

function largestIndex(values: Float32Array): number {
  return values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]!) ? i : best), 0);
}

async function finiteDifference(weight: tf.Variable, index: number, loss: () => tf.Scalar): Promise<number> {
  const original = (await weight.data()).slice() as Float32Array;
  const step = 5e-3;
  const lossAt = async (shift: number) => {
    const shifted = original.slice();
    shifted[index]! += shift;
    tf.tidy(() => weight.assign(tf.tensor(shifted, weight.shape)));
    const value = loss();
    const [number] = await value.data();
    value.dispose();
    return number!;
  };
  const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
  await lossAt(0);
  return slope;
}
