import { rowOf, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { answerFeature, hiddenFeatures, verdictFeature } from './hidden-features.js';
import { describeOnBackends } from './testing/backends.js';
import { referenceForward } from './testing/reference-decoder.js';
import { createTinyDecoder, TINY } from './testing/tiny.js';

const VERDICT = 9;
const SEQUENCES = [
  [1, 2, 3, 9, 1],
  [4, 5, 6, 7, 8, 9],
  [9, 3, 2, 9, 10, 1, 2],
];

describeOnBackends('hidden features', () => {
  it.each([
    ['the paper’s', verdictFeature(VERDICT), (v: number) => Array.from({ length: v + 1 }, (_, i) => i)],
    ['the answer’s', answerFeature(VERDICT, 2), (v: number) => [v - 2, v - 1]],
  ])('are %s mean and last state, without padding', async (_, feature, positionsOf) => {
    const decoder = createTinyDecoder();
    const before = tf.memory().numTensors;
    const features = await hiddenFeatures({ decoder, sequences: SEQUENCES, feature, batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, sequence] of SEQUENCES.entries()) {
      const { hidden } = await referenceForward(decoder, sequence);
      const last = sequence.lastIndexOf(VERDICT);
      const positions = positionsOf(last);
      const mean = hidden[0]!.map((_, j) => positions.reduce((sum, p) => sum + hidden[p]![j]!, 0) / positions.length);
      // Float32 through two blocks against doubles; states of order 1.
      [...mean, ...hidden[last]!].forEach((value, j) => {
        expect(rowOf(features, i)[j]).toBeCloseTo(value, 4);
      });
    }
    expect(features.columns).toBe(2 * TINY.width);
    decoder.dispose();
  });

  it('refuse a sequence without a verdict token', async () => {
    const decoder = createTinyDecoder();
    const run = hiddenFeatures({ decoder, sequences: [[1, 2]], feature: verdictFeature(VERDICT) });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'out-of-range'));
    decoder.dispose();
  });
});
