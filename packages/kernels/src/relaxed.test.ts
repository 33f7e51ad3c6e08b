import { createMatrix, createRandom, type Matrix, rowOf, rowsOf } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createPlainKernels, type Kernels, loadKernels } from './index.js';
import { drawers, drawMatrix, kinds, mutate, mutations } from './testing/hard-rows.js';
import { allowRelaxedSimd } from './testing/relaxed-simd.js';
import { startKernels } from './testing/start-kernels.js';

const isRelaxed = await allowRelaxedSimd();
const plain = createPlainKernels();
const builds: Kernels[] = [];
if (isRelaxed) for (const threads of [1, 3]) builds.push(await startKernels(threads, { relaxed: true }));
afterAll(() => builds.forEach((kernels) => kernels.dispose()));
afterEach(() => vi.restoreAllMocks());

/** Depth 0 to 9, and around the 256 steps of a block. */
const depths = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 250, max: 300 }));
const shape = fc.record({
  kind: fc.constantFrom(...kinds),
  rows: fc.integer({ min: 1, max: 21 }),
  columns: fc.integer({ min: 1, max: 21 }),
  depth: depths,
  seed: fc.nat(),
});

/** A [rows, depth] and B [columns, depth]. */
function drawFactors({
  kind,
  rows,
  columns,
  depth,
  seed,
}: typeof shape extends fc.Arbitrary<infer Value> ? Value : never) {
  const random = createRandom(seed);
  const draw = drawers[kind](random);
  return { a: drawMatrix(rows, depth, draw), b: drawMatrix(columns, depth, draw) };
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  return createMatrix(
    columns,
    rows,
    Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  );
}

describe('loadKernels', () => {
  it('takes the relaxed build only when asked', async () => {
    for (const options of [{}, { deterministic: true }, { deterministic: undefined }]) {
      expect((await loadKernels({ ...options, threads: 1 })).name).toBe('simd');
    }
    expect((await loadKernels({ deterministic: false, plain: true })).name).toBe('plain');
  });

  it('takes the plain build where the engine has no relaxed SIMD', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
    const kernels = await loadKernels({ deterministic: false, threads: 1 });
    expect(kernels.name).toBe('simd');
    const random = createRandom(4);
    const a = drawMatrix(7, 70, () => random.normal());
    expect(kernels.multiplyTransposed(a, a)).toEqual(plain.multiplyTransposed(a, a));
  });

  it('takes plain TypeScript where the engine has no SIMD or may not compile', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect((await loadKernels({ deterministic: false })).name).toBe('plain');
  });
});

// Skipped only where the engine has no relaxed SIMD, even behind a flag.
describe.skipIf(!isRelaxed)('products of the relaxed build', () => {
  it('come from the relaxed build where it is asked for', async () => {
    for (const threads of [1, 2]) {
      expect(await loadKernels({ deterministic: false, threads })).toMatchObject({ name: 'relaxed-simd', threads });
    }
  });

  it('lie as near to the true sums as those of the plain build must', () => {
    fc.assert(
      fc.property(shape, (drawn) => {
        const { a, b } = drawFactors(drawn);
        const products = builds.map((kernels) => kernels.multiplyTransposed(a, b));
        const byColumns = builds.map((kernels) => kernels.multiply(a, transposed(b)));
        for (let i = 0; i < a.rows; i++) {
          for (let j = 0; j < b.rows; j++) {
            const { sum, bound } = trueSum(rowOf(a, i), rowOf(b, j));
            for (const product of [...products, ...byColumns]) {
              expect(Math.abs(product.data[i * b.rows + j]! - sum)).toBeLessThanOrEqual(bound);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('have the same bits however many rows and threads there are, and whichever factor is transposed or held', () => {
    fc.assert(
      fc.property(shape, (drawn) => {
        const { a, b } = drawFactors(drawn);
        const [wanted] = builds.map((kernels) => kernels.multiplyTransposed(a, b));
        for (const kernels of builds) {
          expect(kernels.multiplyTransposed(a, b)).toEqual(wanted);
          expect(kernels.multiply(a, transposed(b))).toEqual(wanted);
          const release = kernels.hold(b);
          for (let i = 0; i < a.rows; i++) {
            const alone = kernels.multiplyTransposed(rowsOf(a, i, i + 1), b);
            expect(alone.data).toEqual(rowOf(wanted!, i));
          }
          release();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have the same bits across row, column and depth blocks, one row alone and after dispose', () => {
    const random = createRandom(5);
    const [a, b] = [131, 517].map((rows) => drawMatrix(rows, 515, () => random.normal())) as [Matrix, Matrix];
    const [wanted] = builds.map((kernels) => kernels.multiplyTransposed(a, b));
    for (const kernels of builds) {
      expect(kernels.multiply(a, transposed(b))).toEqual(wanted);
      for (const i of [0, 4, 129, 130]) {
        expect(kernels.multiplyTransposed(rowsOf(a, i, i + 1), b).data).toEqual(rowOf(wanted!, i));
      }
      kernels.dispose();
      expect(kernels.multiplyTransposed(a, b)).toEqual(wanted);
    }
  });

  it('round once or twice, as the processor does, wherever a row lies', () => {
    // (1 + 2⁻¹²)² is 1 + 2⁻¹¹ + 2⁻²⁴, of which float32 loses the last.
    const a = createMatrix(1, 2, Float32Array.of(1, 1 + 2 ** -12));
    const b = createMatrix(1, 2, Float32Array.of(-1 - 2 ** -11, 1 + 2 ** -12));
    const [first] = builds[0]!.multiplyTransposed(a, b).data;
    expect([0, 2 ** -24]).toContain(first);
    expect([...plain.multiplyTransposed(a, b).data]).toEqual([0]);
    for (const count of [1, 2, 3, 4, 5, 9, 13]) {
      const rows = createMatrix(
        count,
        2,
        Float32Array.from({ length: 2 * count }, (_, i) => a.data[i % 2]!),
      );
      for (const kernels of builds) {
        expect(new Set(kernels.multiplyTransposed(rows, b).data)).toEqual(new Set([first]));
      }
    }
  });
});

describe.skipIf(!isRelaxed)('all else of the relaxed build', () => {
  const support = fc.record({
    kind: fc.constantFrom(...kinds),
    // Rows are matched together from 512 good ones on.
    size: fc.oneof(fc.integer({ min: 2, max: 150 }), fc.integer({ min: 530, max: 620 })),
    columns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 70 })),
    seed: fc.nat(),
    cap: fc.constantFrom(0, 5, 1000),
    goodShare: fc.constantFrom(0.6, 0.99, 1),
    mutation: fc.constantFrom(...mutations),
  });

  it('matches the same rows as the plain twin, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(support, async ({ kind, size, columns, seed, cap, goodShare, mutation }) => {
        const random = createRandom(seed);
        const draw = drawers[kind](random);
        const vectors = drawMatrix(size, columns, draw);
        mutate(vectors, mutation, random);
        const predictions = Int32Array.from({ length: size }, () => Number(random.nextDouble() < 0.3));
        const goodClasses = predictions.map((c) => (random.nextDouble() < goodShare ? c : -1));
        const queries = drawMatrix(6, columns, draw);
        queries.data.set(vectors.data.subarray(0, 2 * columns));
        const asked = { queries, predictions: Int32Array.of(0, 1, 0, 1, 0, 1), maxSimilarity: cap };
        const answers = [];
        for (const kernels of [plain, ...builds]) {
          const matcher = kernels.createMatcher({ vectors, goodClasses });
          const matches = await matcher.match(asked);
          const ofSupport = await matcher.matchSupport({ predictions, maxSimilarity: cap });
          const first = rowOf(queries, 0);
          const nearest = matcher.nearest(first, 7, 0);
          answers.push({ matches, ofSupport, nearest, distances: matcher.distances(first) });
          matcher.dispose();
        }
        for (const answer of answers.slice(1)) expect(answer).toEqual(answers[0]);
      }),
      { numRuns: 100 },
    );
  });

  it('takes the same steps of Adam as the plain twin, bit for bit', () => {
    const results = [plain, ...builds].map((kernels) => {
      const random = createRandom(6);
      const draw = () => random.normal();
      const adam = kernels.createThinAdam(drawMatrix(70, 19, draw));
      const products = [1, 2, 3].map((t) => {
        const [gradient, factors, next] = [19, 70, 70].map((columns) => drawMatrix(5, columns, draw));
        const rates = { step: 0.01 / (1 - 0.9 ** t), scale: 1 / Math.sqrt(1 - 0.999 ** t) };
        return adam.step({ gradient: gradient!, factors: factors!, next: next!, ...rates });
      });
      const { means, squares } = adam.moments;
      const kept = { weights: adam.weights.data.slice(), means: means.slice(), squares: squares.slice() };
      adam.dispose();
      return { products, kept };
    });
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  });
});

/** Σ a·b in double, and γ·Σ|a·b| with the little that the double sum and underflow may add. */
function trueSum(a: Float32Array, b: Float32Array): { sum: number; bound: number } {
  const products = Array.from(a, (value, k) => value * b[k]!);
  const sum = products.reduce((total, product) => total + product, 0);
  const size = products.reduce((total, product) => total + Math.abs(product), 0);
  const u = 2 ** -24;
  const gamma = (a.length * u) / (1 - a.length * u);
  return { sum, bound: gamma * size * (1 + 1e-6) + a.length * 2 ** -149 };
}
