import { describe, expect, it } from 'vitest';
import { createRandom } from './random.js';
import { SdmError } from './sdm-error.js';

const LARGEST_SEED = 2n ** 64n - 1n;

// Drawn with NumPy 2.4.6 in this order from one default_rng(seed): uniform(-.5, .5, 3), permutation(13), random(2), permutation(300), random_raw().
const interleaved: [seed: number | bigint, ...expected: unknown[]][] = [
  [
    0,
    [0.1369616873214543, -0.2302132862361297, -0.4590264760638053],
    [2, 10, 3, 12, 0, 4, 7, 5, 1, 9, 8, 11, 6],
    [0.033585575305464355, 0.7296554464299441],
    [109, 84, 7, 132, 229, 195],
    0xa2526900ac33bd3cn,
  ],
  [
    7,
    [0.12509546660466697, 0.3972138009695755, 0.2756856902451935],
    [3, 12, 6, 8, 1, 10, 0, 7, 4, 9, 5, 11, 2],
    [0.2784256121007733, 0.2548695876541246],
    [28, 191, 0, 148, 101, 146],
    0xcdb3021caf7987dan,
  ],
  [
    LARGEST_SEED,
    [0.1800266789616931, 0.3453117585624743, -0.49259691840073994],
    [2, 7, 5, 12, 11, 4, 10, 6, 9, 3, 0, 8, 1],
    [0.2675308613624995, 0.9994192116389088],
    [217, 191, 78, 262, 295, 276],
    0x4c255e13859c6086n,
  ],
];

describe('createRandom', () => {
  it('gives the raw 64-bit outputs of NumPy for seed 0', () => {
    const random = createRandom(0);
    const outputs = [random.nextUint64(), random.nextUint64(), random.nextUint64()];
    expect(outputs).toEqual([0xa30febcfd9c2825fn, 0x4510bdf882d9d721n, 0x0a7d3da94ecde8b8n]);
  });

  it.each([
    [0, 10, [4, 6, 2, 7, 3, 5, 9, 0, 8, 1]],
    [0, 11, [4, 6, 7, 2, 0, 3, 5, 10, 9, 8, 1]],
    [1, 10, [8, 4, 7, 0, 1, 2, 5, 9, 6, 3]],
    [LARGEST_SEED, 10, [8, 7, 3, 0, 4, 6, 1, 2, 5, 9]],
  ])('permutes as NumPy does: seed %s, %i numbers', (seed, count, expected) => {
    expect([...createRandom(seed).permutation(count)]).toEqual(expected);
  });

  it('keeps the spare half of a 32-bit draw across permutations, undisturbed by doubles', () => {
    const random = createRandom(0);
    const draws = Float32Array.from({ length: 4 }, () => random.uniform(-0.5, 0.5));
    expect([...draws]).toEqual([0.1369616836309433, -0.23021328449249268, -0.4590264856815338, -0.48347237706184387]);
    const permutations = [random.permutation(5), random.permutation(5), random.permutation(5)];
    expect(permutations.map((order) => [...order])).toEqual([
      [4, 1, 2, 0, 3],
      [0, 2, 3, 4, 1],
      [3, 2, 0, 1, 4],
    ]);
  });

  it.each(interleaved)(
    'equals NumPy when kinds of draws alternate: seed %s',
    (seed, uniforms, order, doubles, head, raw) => {
      const random = createRandom(seed);
      expect([0, 1, 2].map(() => random.uniform(-0.5, 0.5))).toEqual(uniforms);
      expect([...random.permutation(13)]).toEqual(order);
      expect([random.nextDouble(), random.nextDouble()]).toEqual(doubles);
      expect([...random.permutation(300).subarray(0, 6)]).toEqual(head);
      expect(random.nextUint64()).toBe(raw);
    },
  );

  it('draws the same from equal seeds, number or bigint', () => {
    expect(createRandom(5).nextUint64()).toBe(createRandom(5n).nextUint64());
  });

  it.each([-1, 1.5, Number.NaN, 2n ** 64n, 2 ** 53])('refuses %s as a seed', (seed) => {
    expect(() => createRandom(seed)).toThrow(SdmError);
  });

  it('draws normals of mean 0 and variance 1', () => {
    const random = createRandom(3);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Four standard errors of the mean (0.007) and of the variance (0.01).
    expect(Math.abs(mean)).toBeLessThan(0.029);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });
});
