import { createMatrix, createRandom, type Matrix, type Random, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createPlainKernels } from './index.js';
import { startKernels } from './testing/start-kernels.js';

const builds = { plain: createPlainKernels(), simd: await startKernels(1), threads: await startKernels(3) };
afterAll(() => builds.threads.dispose());

function drawMatrix(rows: number, columns: number, random: Random): Matrix {
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

describe('Adam with thin gradients', () => {
  it.each(Object.entries(builds))('takes the first step of Adam by hand (%s)', (_, kernels) => {
    const adam = kernels.createThinAdam(createMatrix(1, 2, Float32Array.of(1, -1)));
    const one = createMatrix(1, 1, Float32Array.of(2));
    const gradient = createMatrix(1, 2, Float32Array.of(3, -5));
    expect([...adam.project(gradient).data]).toEqual([8]);
    // Bias-corrected, the first step is the rate in the direction of the sign of the slope, 6 and −10 here.
    const product = adam.step({ gradient, factors: one, next: one, step: 0.01 / 0.1, scale: 1 / Math.sqrt(0.001) });
    // float32 near 1, and 1 − 0.9 and 1 − 0.999 in float32.
    expect(Math.abs(adam.weights.data[0]! - 0.99)).toBeLessThan(1e-6);
    expect(Math.abs(adam.weights.data[1]! + 0.99)).toBeLessThan(1e-6);
    expect([...product]).toEqual([2 * adam.weights.data[0]!, 2 * adam.weights.data[1]!]);
  });

  it('has the bits of the plain twin after several steps, with one thread and with three', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 70 }),
      columns: fc.integer({ min: 1, max: 19 }),
      classes: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ rows, columns, classes, seed }) => {
        const initial = drawMatrix(rows, columns, createRandom(seed));
        const results = Object.values(builds).map((kernels) => {
          const random = createRandom(seed + 1);
          const adam = kernels.createThinAdam(initial);
          const outputs = [1, 2, 3].map((t) => {
            const gradient = drawMatrix(classes, columns, random);
            const [factors, next] = [drawMatrix(classes, rows, random), drawMatrix(classes, rows, random)];
            const rates = { step: 0.01 / (1 - 0.9 ** t), scale: 1 / Math.sqrt(1 - 0.999 ** t) };
            const projected = adam.project(gradient).data;
            return { projected, product: adam.step({ gradient, factors, next, ...rates }) };
          });
          const weights = adam.weights.data.slice();
          adam.dispose();
          return { outputs, weights };
        });
        expect(results[1]).toEqual(results[0]);
        expect(results[2]).toEqual(results[0]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.entries(builds))('refuses factors of other sizes (%s)', (_, kernels) => {
    const adam = kernels.createThinAdam(createMatrix(3, 2));
    const step = { gradient: createMatrix(1, 2), factors: createMatrix(1, 3), step: 1, scale: 1 };
    expect(() => adam.step({ ...step, next: createMatrix(1, 2) })).toThrow(SdmError);
    expect(() => adam.step({ ...step, next: createMatrix(2, 3) })).toThrow(SdmError);
    expect(() => adam.project(createMatrix(1, 3))).toThrow(SdmError);
  });
});
