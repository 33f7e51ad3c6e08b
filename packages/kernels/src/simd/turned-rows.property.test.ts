import { createMatrix, createRandom, type Matrix, type Random, rowOf } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createPlainKernels } from '../index.js';
import { drawers, drawMatrix, kinds, mutate, mutations } from '../testing/hard-rows.js';
import { allowRelaxedSimd } from '../testing/relaxed-simd.js';
import { startKernels } from '../testing/start-kernels.js';
import { createTeam } from '../threads/team.js';
import { createArena } from './arena.js';
import { compileKernels } from './module.js';
import { packSupport } from './packed-support.js';

const plain = createPlainKernels();
const alone = await startKernels(1);
const together = await startKernels(3);
// Its products are rounded otherwise where rows are turned, which the bounds allow for.
const relaxed = (await allowRelaxedSimd()) ? await startKernels(1, { relaxed: true }) : alone;
const module = (await compileKernels())!;
afterAll(() => {
  for (const kernels of [alone, together, relaxed]) kernels.dispose();
});

const spans = {
  uniform: (random: Random) => () => random.uniform(-1, 1),
  // With rows of small integers there are equal distances, exactly.
  'small integers': (random: Random) => () => Math.floor(random.uniform(-2, 3)),
  'columns that hardly differ': (random: Random) => {
    let value = 0;
    let k = 0;
    return () => {
      // A row of W is a number and its neighbours.
      if (k++ % 8 === 0) value = random.uniform(-1, 1);
      return value + random.normal() * 3e-3;
    };
  },
  'columns of unlike lengths': (random: Random) => {
    let k = 0;
    return () => random.normal() * 10 ** -(k++ % 4);
  },
};

const small = {
  features: fc.integer({ min: 1, max: 16 }),
  columns: fc.integer({ min: 57, max: 90 }),
  size: fc.integer({ min: 200, max: 800 }),
};
// Several chunks of coordinates, and several blocks of depth.
const large = {
  features: fc.integer({ min: 65, max: 100 }),
  columns: fc.integer({ min: 400, max: 520 }),
  size: fc.integer({ min: 600, max: 700 }),
};
const problemOf = (sizes: typeof small) =>
  fc.record({
    ...sizes,
    span: fc.constantFrom(...(Object.keys(spans) as (keyof typeof spans)[])),
    kind: fc.constantFrom(...kinds),
    // How far rows lie from where the span has them, relative.
    noise: fc.constantFrom(0, 0, 1e-6, 1e-5, 1e-4, 1e-2),
    queryCount: fc.constantFrom(1, 2, 4, 37, 130),
    seed: fc.integer({ min: 0 }),
    cap: fc.constantFrom(0, 5, 1000),
    goodShare: fc.constantFrom(0.6, 0.95, 0.995, 1),
    mutation: fc.constantFrom(...mutations),
    // Rows are turned never, when some queries have come, or at once.
    expectedQueries: fc.constantFrom(0, 1e9),
  });

type Problem = ReturnType<typeof problemOf> extends fc.Arbitrary<infer Value> ? Value : never;

/** Rows z·Wᵀ / 16 + b in float32, with z from a drawer. */
function drawRows(count: number, span: Matrix, { kind, noise, mutation }: Problem, random: Random): Matrix {
  const features = drawMatrix(count, span.columns, drawers[kind](random));
  mutate(features, mutation, random);
  const rows = plain.multiplyTransposed(features, span);
  rows.data.forEach((value, i) => {
    rows.data[i] = (value / 16) * (1 + noise * random.normal()) + (i % rows.columns) / 7;
  });
  return rows;
}

function draw(drawn: Problem) {
  const { size, columns, features, queryCount, seed, cap, goodShare } = drawn;
  const random = createRandom(seed);
  const span = drawMatrix(columns, features, spans[drawn.span](random));
  const vectors = drawRows(size, span, drawn, random);
  const predictions = Int32Array.from({ length: size }, () => Math.floor(random.uniform(0, 2)));
  const goodClasses = predictions.map((c) => (random.nextDouble() < goodShare ? c : -1));
  const queries = drawRows(queryCount, span, drawn, random);
  // A third are support rows, a third lie outside of the span.
  for (let i = 0; i < queryCount; i++) {
    if (i % 3 === 0) rowOf(queries, i).set(rowOf(vectors, Math.floor(random.uniform(0, size))));
    if (i % 3 === 1) rowOf(queries, i)[i % columns]! += random.normal();
  }
  const exclusions = Int32Array.from({ length: queryCount }, () => Math.floor(random.uniform(-1, size)));
  const request = { queries, predictions: Int32Array.from({ length: queryCount }, (_, i) => i % 2), exclusions };
  return { support: { vectors, goodClasses }, span, predictions, request: { ...request, maxSimilarity: cap } };
}

describe('rows that lie in a space of fewer dimensions', () => {
  it.each([
    ['few', 60, small],
    ['many', 8, large],
  ])(
    'give what the plain twin gives, bit for bit, with threads and in relaxed SIMD: of %s numbers',
    async (_, numRuns, sizes) => {
      await fc.assert(
        fc.asyncProperty(problemOf(sizes), async (drawn) => {
          const { support, span, predictions, request } = draw(drawn);
          const { expectedQueries } = drawn;
          const first = rowOf(request.queries, 0);
          const answers = [];
          for (const kernels of [plain, alone, together, relaxed]) {
            const matcher = kernels.createMatcher(kernels === plain ? support : { ...support, span, expectedQueries });
            answers.push({
              matches: await matcher.match(request),
              ofSupport: await matcher.matchSupport({ predictions, maxSimilarity: drawn.cap }),
              nearest: [1, 7, drawn.size].map((count) => matcher.nearest(first, count, request.exclusions[0])),
              distances: matcher.distances(first),
            });
            matcher.dispose();
          }
          expect(answers[1]).toEqual(answers[0]);
          expect(answers[2]).toEqual(answers[0]);
          expect(answers[3]).toEqual(answers[0]);
        }),
        { numRuns },
      );
    },
  );
});

const random = createRandom(5);
const span = drawMatrix(64, 8, () => random.normal());
const rowsOf = (count: number, weights = span) =>
  plain.multiplyTransposed(
    drawMatrix(count, weights.columns, () => random.normal()),
    weights,
  );

/** Numbers of the integer copies that are made of rows of 64. */
function depthOf(vectors: Matrix, ofSpan: Matrix): number {
  const arena = createArena(module, { shared: false });
  const support = { vectors, goodClasses: new Int32Array(vectors.rows), span: ofSpan };
  return packSupport(support, { arena, team: createTeam(module, 1) }).depth;
}

describe('integer copies', () => {
  it('have the dimensions of the span', () => {
    expect(depthOf(rowsOf(400), span)).toBe(8);
    const many = drawMatrix(520, 100, () => random.uniform(-1, 1));
    expect(depthOf(rowsOf(70, many), many)).toBe(104);
    expect(depthOf(rowsOf(1, many), many)).toBe(104);
  });

  it('fit, too, where a row is as long as any and lies along the basis', () => {
    const vectors = rowsOf(400);
    for (let m = 0; m < 64; m++) vectors.data[64 * 399 + m] = 100 * span.data[8 * m]!;
    expect(depthOf(vectors, span)).toBe(8);
  });

  it('are made of the rows as they are, where the span does not hold them or has columns that depend on each other', () => {
    expect(
      depthOf(
        drawMatrix(400, 64, () => random.normal()),
        span,
      ),
    ).toBe(64);
    const twice = createMatrix(
      64,
      8,
      span.data.map((value, i) => (i % 8 === 7 ? span.data[i - 1]! : value)),
    );
    expect(depthOf(rowsOf(400), twice)).toBe(64);
    expect(depthOf(rowsOf(400), createMatrix(64, 8, new Float32Array(512).fill(Number.NaN)))).toBe(64);
    expect(depthOf(rowsOf(400), createMatrix(64, 0))).toBe(64);
  });
});

it('refuses a span of other rows', () => {
  const support = { vectors: rowsOf(10), goodClasses: new Int32Array(10), span: createMatrix(63, 8) };
  for (const kernels of [plain, alone]) {
    expect(() => kernels.createMatcher(support)).toThrowError(expect.objectContaining({ code: 'shape-mismatch' }));
  }
});
