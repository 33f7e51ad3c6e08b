import { createRandom, type Matrix, type Random, rowOf } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { createPlainKernels } from './index.js';
import { drawers, drawMatrix, kinds, mutate, mutations } from './testing/hard-rows.js';
import { startKernels } from './testing/start-kernels.js';

const plain = createPlainKernels();
const alone = await startKernels(1);
const together = await startKernels(3);
afterAll(() => {
  alone.dispose();
  together.dispose();
});

const problem = fc.record({
  kind: fc.constantFrom(...kinds),
  size: fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 21, max: 150 })),
  columns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 70 })),
  queryCount: fc.constantFrom(1, 2, 4, 37, 70),
  seed: fc.integer({ min: 0 }),
  cap: fc.constantFrom(0, 1, 5, 1000),
  goodShare: fc.constantFrom(0.3, 0.9, 0.99, 1),
  mutation: fc.constantFrom(...mutations),
});

it('equals the plain twin bit for bit on rows that are hard to bound, with one thread and with three', async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ kind, size, columns, queryCount, seed, cap, goodShare, mutation }) => {
      const random = createRandom(seed);
      const draw = drawers[kind](random);
      const vectors = drawMatrix(size, columns, draw);
      mutate(vectors, mutation, random);
      const goodClasses = Int32Array.from({ length: size }, () =>
        random.nextDouble() < goodShare ? Number(random.nextDouble() < 0.1) : -1,
      );
      const queries = drawQueries(vectors, queryCount, { random, draw });
      const predictions = Int32Array.from({ length: queryCount }, () => Number(random.nextDouble() < 0.2));
      const exclusions = Int32Array.from({ length: queryCount }, () => Math.floor(random.uniform(-1, size)));
      const support = { vectors, goodClasses };
      const request = { queries, predictions, exclusions, maxSimilarity: cap };
      const first = rowOf(queries, 0);
      const answers = [];
      for (const kernels of [plain, alone, together]) {
        const matcher = kernels.createMatcher(support);
        const matches = await matcher.match(request);
        const nearest = [1, 7, size].map((count) => matcher.nearest(first, count, exclusions[0]));
        answers.push({ matches, nearest, distances: matcher.distances(first) });
        matcher.dispose();
      }
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }),
    { numRuns: 400 },
  );
});

it('equals the plain twin where a limit lies in a crowd of good rows, at 1,000 numbers a row', async () => {
  const random = createRandom(8);
  const vectors = drawMatrix(600, 1000, () => random.normal());
  // Three rows in four hundred are not good, so hundreds of good rows come before the first of them.
  const goodClasses = Int32Array.from({ length: 600 }, (_, j) => (j % 200 === 7 ? -1 : 0));
  const queries = drawMatrix(40, 1000, () => random.normal());
  const request = { queries, predictions: new Int32Array(40), maxSimilarity: 2048 };
  const wanted = await plain.createMatcher({ vectors, goodClasses }).match(request);
  expect(await alone.createMatcher({ vectors, goodClasses }).match(request)).toEqual(wanted);
  expect(await together.createMatcher({ vectors, goodClasses }).match(request)).toEqual(wanted);
});

/** Support rows, points between them, and fresh ones. */
function drawQueries(vectors: Matrix, count: number, { random, draw }: { random: Random; draw: () => number }): Matrix {
  const { rows, columns } = vectors;
  const queries = drawMatrix(count, columns, draw);
  for (let i = 0; i < count; i++) {
    const [a, b] = [0, 1].map(() => rowOf(vectors, Math.floor(random.uniform(0, rows))));
    const kind = i % 3;
    if (kind === 0) rowOf(queries, i).set(a!);
    if (kind === 1) rowOf(queries, i).set(a!.map((value, k) => value / 2 + b![k]! / 2));
  }
  return queries;
}
