import { createRandom } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createAdamWState } from './adamw.js';
import { createOptimizer, type UpdatePlace } from './create-optimizer.js';
import { describeOnBackends } from './testing/backends.js';

const SHAPES = { matrix: [3, 4], gain: [4] };
const random = createRandom(2);
const draw = (name: keyof typeof SHAPES) =>
  Float32Array.from({ length: name === 'gain' ? 4 : 12 }, () => random.normal());
const names = ['matrix', 'gain'] as const;
const initial = Object.fromEntries(names.map((name) => [name, draw(name)]));
// Norms near 0.4 and near 40: one is clipped and one is not.
const gradientsOf = [0.1, 10, 1].map((scale) =>
  Object.fromEntries(names.map((name) => [name, draw(name).map((value) => scale * value)])),
);

/** Weights and moments after three steps, and the norms on the way; asserts that nothing is left behind. */
async function threeSteps(updateOn: UpdatePlace) {
  const before = tf.memory().numTensors;
  const tensor = (values: Float32Array | undefined, name: (typeof names)[number]) =>
    tf.tensor(values!.slice(), SHAPES[name]);
  const weights = new Map(names.map((name) => [name, tf.tidy(() => tf.variable(tensor(initial[name], name)))]));
  const optimizer = createOptimizer(weights, createAdamWState(weights), { updateOn, adamW: { weightDecay: 0.1 } });
  const norms: number[] = [];
  for (const gradients of gradientsOf) {
    const tensors = new Map(names.map((name) => [name, tensor(gradients[name], name)]));
    const measured = await optimizer.measure(tf.scalar(2.5), tensors);
    expect(measured.loss).toBe(2.5);
    norms.push(measured.gradientNorm);
    await measured.update(0.05);
    measured.dispose();
  }
  const { step, means, variances } = await optimizer.capture();
  expect(step).toBe(3);
  optimizer.dispose();
  const values: number[] = [];
  for (const name of names) {
    values.push(...(await weights.get(name)!.data()), ...means.get(name)!, ...variances.get(name)!);
    weights.get(name)!.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  return { norms, values };
}

describeOnBackends('AdamW on the device', () => {
  it('takes the steps of the CPU and frees what it made', async () => {
    const [cpu, device] = [await threeSteps('cpu'), await threeSteps('device')];
    expect(cpu.norms[1]).toBeGreaterThan(10);
    device.norms.forEach((norm, i) => expect(norm / cpu.norms[i]!).toBeCloseTo(1, 6));
    // Float32 throughout against double with float32 state: a few roundings of numbers near 1.
    device.values.forEach((value, i) => expect(Math.abs(value - cpu.values[i]!)).toBeLessThan(2e-6));
  });

  it.each(['cpu', 'device'] as const)('changes nothing where a gradient is no number, on the %s', async (updateOn) => {
    const weights = new Map([['gain', tf.tidy(() => tf.variable(tf.tensor1d([1, 2])))]]);
    const optimizer = createOptimizer(weights, createAdamWState(weights), { updateOn });
    const measured = await optimizer.measure(tf.scalar(1), new Map([['gain', tf.tensor1d([Number.NaN, 1])]]));
    await expect(measured.update(0.1)).rejects.toThrow(/the norm of the gradients is NaN at step 0/);
    expect([optimizer.step, ...(await weights.get('gain')!.data())]).toEqual([0, 1, 2]);
    measured.dispose();
    optimizer.dispose();
    tf.dispose([...weights.values()]);
  });
});
