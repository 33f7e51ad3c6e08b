import { expect, it } from 'vitest';
import { adamWPass, globalNorm } from './adamw.js';

it('follows AdamW as written, decay apart from the moments', () => {
  const constants = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, learningRate: 0.1, gradientScale: 1 };
  const arrays = {
    weight: Float32Array.of(2),
    gradient: new Float32Array(1),
    mean: new Float32Array(1),
    variance: new Float32Array(1),
  };
  let [w, m, v] = [2, 0, 0];
  [0.5, -1, 0.25].forEach((gradient, i) => {
    arrays.gradient[0] = gradient;
    adamWPass(arrays, i + 1, constants);
    m = 0.9 * m + 0.1 * gradient;
    v = 0.98 * v + 0.02 * gradient ** 2;
    w -= 0.1 * 0.01 * w;
    w -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.98 ** (i + 1))) + 1e-8);
    // State is float32, the check is double.
    expect(arrays.weight[0]).toBeCloseTo(w, 6);
  });
});

it('takes one norm over all weights', () => {
  expect(globalNorm([Float32Array.of(3, 0), Float32Array.of(4)])).toBe(5);
});
