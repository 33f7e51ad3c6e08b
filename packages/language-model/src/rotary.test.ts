import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { completeConfig } from './config.js';
import { createRotaryAngles, firstAngles, type RotaryAngles, rotate } from './rotary.js';
import { describeOnBackends } from './testing/backends.js';
import { TINY } from './testing/tiny.js';

describeOnBackends('rotary positions', () => {
  it('make the product of query and key depend on their distance only', async () => {
    const angles = createRotaryAngles(completeConfig(TINY));
    const headSize = 4;
    const time = 8;
    const products = tf.tidy(() => {
      const everywhere = (vector: number[]) => tf.tile(tf.tensor4d(vector, [1, 1, 1, headSize]), [1, 1, time, 1]);
      const query = rotate(everywhere([1, 2, -1, 0.5]) as tf.Tensor4D, firstAngles(angles, time));
      const key = rotate(everywhere([0.3, -1, 2, 1]) as tf.Tensor4D, firstAngles(angles, time));
      return tf.reshape(tf.matMul(query, key, false, true), [time, time]); // [query position, key position]
    });
    const table = (await products.array()) as number[][];
    // Float32 products of order 5.
    for (const gap of [0, 1, 3, 5]) {
      for (let t = gap; t < time; t++) expect(table[t]![t - gap]!).toBeCloseTo(table[gap]![0]!, 5);
    }
    expect(Math.abs(table[3]![0]! - table[0]![0]!)).toBeGreaterThan(0.1);
    tf.dispose([products, angles as RotaryAngles & Record<string, tf.Tensor>]);
  });
});
