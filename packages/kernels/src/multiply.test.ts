import { createMatrix, createRandom, type Matrix, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlainKernels, type Kernels, loadKernels } from './index.js';
import { startKernels } from './testing/start-kernels.js';

const plain = createPlainKernels();
let simd: Kernels;
let together: Kernels;
beforeAll(async () => {
  simd = await loadKernels({ threads: 1 });
  together = await startKernels(3);
});
afterAll(() => together.dispose());

const awkward = [0, -0, 1, -1, 1e-45, -1e-45, 1.2e-38, 3e38, -3e38, 16777217, 0.1];

function randomMatrix(rows: number, columns: number, seed: number, isAwkward = false): Matrix {
  const random = createRandom(seed);
  const draw = () => (isAwkward ? awkward[Math.floor(random.nextDouble() * awkward.length)]! : random.uniform(-1, 1));
  return createMatrix(rows, columns, Float32Array.from({ length: rows * columns }, draw));
}

/** Object.is on every element: -0 differs from 0, and NaN equals NaN whatever its payload. */
function expectSameBits(actual: Matrix, expected: Matrix): void {
  expect([actual.rows, actual.columns]).toEqual([expected.rows, expected.columns]);
  expect(actual.data.findIndex((value, i) => !Object.is(value, expected.data[i]))).toBe(-1);
}

describe('multiply and multiplyTransposed', () => {
  it('loads the SIMD build here, and the plain one when asked', async () => {
    expect(simd.name).toBe('simd');
    expect((await loadKernels({ plain: true })).name).toBe('plain');
  });

  it('multiplies by hand-checked numbers', () => {
    const a = createMatrix(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6));
    const b = createMatrix(3, 2, Float32Array.of(7, 8, 9, 10, 11, 12));
    for (const kernels of [plain, simd]) {
      expect([...kernels.multiply(a, b).data]).toEqual([58, 64, 139, 154]);
      expect([...kernels.multiplyTransposed(a, a).data]).toEqual([14, 32, 32, 77]);
    }
  });

  it('rounds every product and every sum, in ascending order', () => {
    const a = createMatrix(1, 3, Float32Array.of(16777216, 1, -16777216));
    const ones = createMatrix(1, 3, Float32Array.of(1, 1, 1));
    expect([...simd.multiplyTransposed(a, ones).data]).toEqual([0]);
    expect([...plain.multiplyTransposed(a, ones).data]).toEqual([0]);
  });

  it('equals the plain twin bit for bit on any shape and any finite numbers', () => {
    const size = fc.integer({ min: 0, max: 21 });
    const depth = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 250, max: 300 }));
    fc.assert(
      fc.property(size, size, depth, fc.integer({ min: 0 }), fc.boolean(), (rows, columns, inner, seed, isAwkward) => {
        const a = randomMatrix(rows, inner, seed, isAwkward);
        const b = randomMatrix(columns, inner, seed + 1, isAwkward);
        const c = randomMatrix(inner, columns, seed + 2, isAwkward);
        for (const kernels of [simd, together]) {
          expectSameBits(kernels.multiplyTransposed(a, b), plain.multiplyTransposed(a, b));
          expectSameBits(kernels.multiply(a, c), plain.multiply(a, c));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('equals the plain twin across row, column and depth blocks', () => {
    const a = randomMatrix(131, 515, 1);
    const b = randomMatrix(517, 515, 2);
    const c = randomMatrix(515, 517, 3);
    for (const kernels of [simd, together]) {
      expectSameBits(kernels.multiplyTransposed(a, b), plain.multiplyTransposed(a, b));
      expectSameBits(kernels.multiply(a, c), plain.multiply(a, c));
    }
  });

  it('gives the same product by a factor that is held, and after it has been let go', () => {
    const factor = randomMatrix(301, 70, 8);
    for (const kernels of [plain, simd, together]) {
      const release = kernels.hold(factor);
      for (let rows = 1; rows < 9; rows += 2) {
        const a = randomMatrix(rows, 70, rows);
        expectSameBits(kernels.multiplyTransposed(a, factor), plain.multiplyTransposed(a, factor));
      }
      const a = randomMatrix(3, 301, 9);
      expectSameBits(kernels.multiply(a, factor), plain.multiply(a, factor));
      release();
      expectSameBits(kernels.multiply(a, factor), plain.multiply(a, factor));
    }
  });

  it('refuses a number of threads that is none', async () => {
    for (const threads of [0, 1.5, Number.NaN]) {
      await expect(loadKernels({ threads })).rejects.toThrow('wanted an integer threads >= 1');
    }
    const one = await loadKernels({ threads: 1 });
    expect(one.threads).toBe(1);
  });

  it('does not depend on where a row lies', () => {
    const a = randomMatrix(13, 700, 4);
    const b = randomMatrix(11, 700, 5);
    const whole = simd.multiplyTransposed(a, b);
    const alone = simd.multiplyTransposed(createMatrix(1, 700, a.data.slice(12 * 700)), b);
    expect(alone.data).toEqual(whole.data.slice(12 * 11));
  });

  it('works again after its memory has been let go', () => {
    simd.dispose();
    const a = randomMatrix(5, 6, 7);
    expectSameBits(simd.multiplyTransposed(a, a), plain.multiplyTransposed(a, a));
  });

  it('refuses factors whose inner sizes differ', () => {
    for (const kernels of [plain, simd]) {
      expect(() => kernels.multiply(createMatrix(2, 3), createMatrix(2, 3))).toThrow(SdmError);
      expect(() => kernels.multiplyTransposed(createMatrix(2, 3), createMatrix(3, 2))).toThrow(SdmError);
    }
  });
});
