import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { type LossLogarithm, nextTokenLoss } from './next-token-loss.js';
import { describeOnBackends } from './testing/backends.js';

const Z = [2, 1, 0, -1];

describeOnBackends('the next-token loss', () => {
  it.each([
    [2, 1.906891, -0.733333],
    [2.5, 1.52919, -0.753695],
    [Math.E, 1.44019, -0.763117],
    [3, 1.357763, -0.775],
  ])('has the value and gradient of base %f', async (base, loss, targetGradient) => {
    const { value, gradient } = await lossOf([Z], [1], { lossBases: [base] });
    // Six decimals are given; float32 adds at most 2e-7 at this size.
    expect(value).toBeCloseTo(loss, 5);
    expect(gradient[1]).toBeCloseTo(targetGradient, 5);
    expect(gradient.reduce((sum, g) => sum + g, 0)).toBeCloseTo(0, 6);
  });

  it('is the SDM loss of a row with base 2 + q and exponent d', async () => {
    const z = [1, 0, -1, 0.6, 1.4, -1.2];
    // Computed in double precision from arXiv 2502.20167 §4.3; float32 adds about 3e-7.
    const { value, gradient } = await lossOf([z], [4], { lossBases: [12], exponents: [0.8] });
    expect(value).toBeCloseTo(0.220899, 5);
    const probability = Math.exp(-0.220899 * Math.log(12));
    expect(gradient[4]).toBeCloseTo(0.8 * (probability - 1), 5);
    const far = await lossOf([z], [4], { lossBases: [7], exponents: [0] });
    expect(far.value).toBeCloseTo(Math.log(6) / Math.log(7), 5);
    expect(far.gradient.every((g) => Math.abs(g) === 0)).toBe(true);
    await expect(lossOf([z], [4], { exponents: [-1] })).rejects.toThrow(/exponent at 0 or above/);
  });

  it('is cross-entropy when no base is given', async () => {
    const { value } = await lossOf([Z], [1], {});
    expect(value).toBeCloseTo(1.44019, 5);
  });

  it('stays exact where probabilities underflow', async () => {
    const { value, gradient } = await lossOf([[200, 0]], [1], {});
    expect(value).toBe(200);
    expect(gradient).toEqual([1, -1]);
  });

  it('is the weighted mean over rows, each in its own base', async () => {
    const rows = [Z, [0, 1, 0.5, 2]];
    const first = await lossOf([rows[0]!], [0], { lossBases: [2] });
    const second = await lossOf([rows[1]!], [3], { lossBases: [3] });
    const both = await lossOf(rows, [0, 3], { lossBases: [2, 3], weights: [1, 3] });
    // Float32 sums of two terms of order 1.
    expect(both.value).toBeCloseTo((first.value + 3 * second.value) / 4, 6);
    expect(both.gradient[3 + 4]).toBeCloseTo((second.gradient[3]! * 3) / 4, 6);
  });

  // Computed in Python doubles from −[ln(e_t + ε) − ln(Σ e + ε)] / ln β, e = β^(d (z − max z)), ε = 2^−23; gradients by central differences of 1e-6.
  it.each([
    ['near the maximum', [2, 1, 0, -1], 1, 2.5, 1, 1.5291901, [0.6157633, -0.7536943, 0.0985222, 0.0394089]],
    ['at the maximum', [2, 1, 0, -1], 0, 2.5, 1, 0.5291903, [-0.3842364, 0.2463054, 0.0985222, 0.0394089]],
    ['15 below, base 3', [15, 1, -3], 1, 3, 1, 13.5893125, [0.6368717, -0.6368717, 0]],
    ['20 below, base 3', [20, 1, -3], 1, 3, 1, 14.5048384, [0.0071658, -0.0071658, 0]],
    ['3 below, q = 1000', [3, 0, -1], 1, 1002, 1, 2.3060275, [0.0082695, -0.0082695, 0]],
    ['3 below, q = 1000, d = 0.5', [3, 0, -1], 1, 1002, 0.5, 1.4994586, [0.4981003, -0.4981008, 0.0000005]],
  ])('floors the logarithm on request, with a target %s', async (_, z, target, base, exponent, loss, gradient) => {
    const found = await lossOf([z], [target], { lossBases: [base], exponents: [exponent], logarithm: 'floored' });
    // exp amplifies the float32 rounding of exponents up to 22 by 1e-6, relatively; six decimals are given.
    expect(found.value).toBeCloseTo(loss, 4);
    found.gradient.forEach((value, i) => expect(value).toBeCloseTo(gradient[i]!, 5));
  });

  it('shares the floored gradient of the maximum between equal logits', async () => {
    const { gradient } = await lossOf([[5, 5, 1]], [2], { lossBases: [3], logarithm: 'floored' });
    // Far above ε the two logarithms agree: 3^−4 / (2 + 3^−4) for the target, the rest in equal halves.
    const probability = 3 ** -4 / (2 + 3 ** -4);
    expect(gradient[2]).toBeCloseTo(probability - 1, 4);
    expect(gradient[0]).toBe(gradient[1]);
    expect(gradient[0]! + gradient[1]! + gradient[2]!).toBeCloseTo(0, 6);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await lossOf([Z], [1], { lossBases: [2] });
    await lossOf([Z], [1], { lossBases: [2], logarithm: 'floored' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what is not a loss', async () => {
    await expect(lossOf([Z], [4], {})).rejects.toThrow(/targets in \[0, 4\)/);
    await expect(lossOf([Z], [1], { weights: [0] })).rejects.toThrow(/positive sum/);
    await expect(lossOf([Z], [1], { lossBases: [1] })).rejects.toThrow(/above 1/);
    await expect(lossOf([Z], [1, 2], {})).rejects.toThrow(/as many targets/);
  });
});

async function lossOf(
  rows: number[][],
  targets: number[],
  {
    weights,
    lossBases,
    exponents,
    logarithm,
  }: { weights?: number[]; lossBases?: number[]; exponents?: number[]; logarithm?: LossLogarithm },
) {
  const wanted = {
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights ?? targets.map(() => 1)),
    ...(lossBases ? { lossBases: Float32Array.from(lossBases) } : {}),
    ...(logarithm ? { logarithm } : {}),
    ...(exponents ? { exponents: Float32Array.from(exponents) } : {}),
  };
  const logits = tf.tensor2d(rows);
  try {
    const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => nextTokenLoss(z as tf.Tensor2D, wanted))(logits);
    const result = { value: (await value.data())[0]!, gradient: [...(await grad.data())] };
    tf.dispose([value, grad]);
    return result;
  } finally {
    logits.dispose();
  }
}
