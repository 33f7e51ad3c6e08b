import { createMatrix, createRandom, type Matrix, matrixFromRows, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlainKernels, loadKernels, type Matcher, type MatchRequest } from './index.js';

const builds = { plain: createPlainKernels(), simd: await loadKernels() };

const square = matrixFromRows([
  [0, 0],
  [0, 2],
  [2, 0],
  [2, 2],
]);
// Labels 0 0 1 1, predictions 0 0 1 0.
const squareGood = Int32Array.of(0, 0, 1, -1);

/** A match of one query. */
async function matchOne(matcher: Matcher, query: number[], options: Partial<MatchRequest> & { prediction: number }) {
  const { prediction, ...rest } = options;
  const predictions = Int32Array.of(prediction);
  const matches = await matcher.match({ queries: matrixFromRows([query]), predictions, maxSimilarity: 100, ...rest });
  return [matches.similarities[0], matches.nearestDistances[0], matches.nearestIndices[0]];
}

async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return SdmError.is(error) ? error.code : 'another error';
  }
}

/** Sorts by (distance, index) and counts the leading run: the definition in words of the paper. */
function oracle(
  distances: Float32Array,
  good: Int32Array,
  query: { prediction: number; exclusion: number; cap: number },
) {
  const order = Array.from(distances, (_, j) => j).filter((j) => j !== query.exclusion);
  order.sort((i, j) => distances[i]! - distances[j]! || i - j);
  const run = order.findIndex((j) => good[j] !== query.prediction);
  return [Math.min(query.cap, run < 0 ? order.length : run), distances[order[0]!], order[0]];
}

for (const [name, kernels] of Object.entries(builds)) {
  describe(`matching (${name})`, () => {
    const matcher = kernels.createMatcher({ vectors: square, goodClasses: squareGood });

    it('gives the neighbour cases of the golden file (sdm-golden-v1.json, reexpress-sdm 0.4.8)', async () => {
      expect(await matchOne(matcher, [0, 1], { prediction: 0 })).toEqual([2, 1, 0]);
      expect(await matchOne(matcher, [2, 1], { prediction: 1 })).toEqual([1, 1, 2]);
      expect(await matchOne(matcher, [1, 1], { prediction: 0 })).toEqual([2, 2, 0]);
      expect(await matchOne(matcher, [0, 2], { prediction: 0, exclusions: Int32Array.of(1) })).toEqual([1, 4, 0]);
    });

    it('caps the similarity', async () => {
      expect(await matchOne(matcher, [0, 1], { prediction: 0, maxSimilarity: 1 })).toEqual([1, 1, 0]);
      expect(await matchOne(matcher, [0, 1], { prediction: 0, maxSimilarity: 0 })).toEqual([0, 1, 0]);
    });

    it('counts every eligible row when all are good', async () => {
      const all = kernels.createMatcher({ vectors: square, goodClasses: new Int32Array(4) });
      expect(await matchOne(all, [0, 0], { prediction: 0 })).toEqual([4, 0, 0]);
      expect(await matchOne(all, [0, 0], { prediction: 0, exclusions: Int32Array.of(0) })).toEqual([3, 4, 1]);
    });

    it('keeps the documented loss far from the origin: two computed zeros, the lower index wins', async () => {
      const vectors = matrixFromRows([
        [0, 0],
        [10001, 10000],
        [10000, 10000],
      ]);
      const far = kernels.createMatcher({ vectors, goodClasses: Int32Array.of(0, 0, 0) });
      expect([...far.distances(Float32Array.of(10000, 10000))].slice(1)).toEqual([0, 0]);
      expect(await matchOne(far, [10000, 10000], { prediction: 0 })).toEqual([3, 0, 1]);
    });

    it('gives a duplicate the distance 0 exactly', () => {
      const random = createRandom(3);
      const vectors = createMatrix(
        9,
        333,
        Float32Array.from({ length: 9 * 333 }, () => random.uniform(-5, 5)),
      );
      const duplicates = kernels.createMatcher({ vectors, goodClasses: new Int32Array(9) });
      for (let j = 0; j < 9; j++) {
        expect(duplicates.distances(vectors.data.slice(j * 333, (j + 1) * 333))[j]).toBe(0);
      }
    });

    it('refuses numbers that are not finite, and finite ones whose squares are not', async () => {
      for (const bad of [Number.NaN, Infinity, -Infinity, 1e30]) {
        const vectors = matrixFromRows([
          [0, 0],
          [1, bad],
        ]);
        const goodClasses = new Int32Array(2);
        expect(await codeOf(() => kernels.createMatcher({ vectors, goodClasses }))).toBe('not-finite');
        expect(await codeOf(() => matchOne(matcher, [bad, 0], { prediction: 0 }))).toBe('not-finite');
        expect(await codeOf(() => matcher.distances(Float32Array.of(bad, 0)))).toBe('not-finite');
      }
    });

    it('refuses empty supports, wrong sizes, exclusions outside the support and an excluded only row', async () => {
      const none = { vectors: createMatrix(0, 2), goodClasses: new Int32Array(0) };
      expect(await codeOf(() => kernels.createMatcher(none))).toBe('empty-input');
      const narrow = { vectors: createMatrix(2, 0), goodClasses: new Int32Array(2) };
      expect(await codeOf(() => kernels.createMatcher(narrow))).toBe('shape-mismatch');
      expect(await codeOf(() => matchOne(matcher, [1], { prediction: 0 }))).toBe('shape-mismatch');
      expect(await codeOf(() => matcher.distances(Float32Array.of(1)))).toBe('shape-mismatch');
      const outside = { prediction: 0, exclusions: Int32Array.of(4) };
      expect(await codeOf(() => matchOne(matcher, [0, 0], outside))).toBe('out-of-range');
      expect(await codeOf(() => matchOne(matcher, [0, 0], { prediction: 0, maxSimilarity: 1.5 }))).toBe('out-of-range');
      expect(await codeOf(() => matchOne(matcher, [0, 0], { prediction: -1 }))).toBe('out-of-range');
      const single = kernels.createMatcher({ vectors: createMatrix(1, 2), goodClasses: new Int32Array(1) });
      const own = { prediction: 0, exclusions: Int32Array.of(0) };
      expect(await codeOf(() => matchOne(single, [0, 0], own))).toBe('empty-input');
    });

    it('stops when the signal says so', async () => {
      const signal = AbortSignal.abort();
      expect(await codeOf(() => matchOne(matcher, [0, 1], { prediction: 0, signal }))).toBe('aborted');
    });

    it('matches no queries', async () => {
      const request = { queries: createMatrix(0, 2), predictions: new Int32Array(0), maxSimilarity: 5 };
      expect((await matcher.match(request)).similarities.length).toBe(0);
    });

    it('equals a sort with ties, duplicates, exclusions, rows of no class and any cap', async () => {
      const problem = fc.record({
        size: fc.integer({ min: 2, max: 40 }),
        columns: fc.integer({ min: 1, max: 3 }),
        seed: fc.integer({ min: 0 }),
        cap: fc.integer({ min: 0, max: 45 }),
        goodShare: fc.constantFrom(0.3, 0.9, 1),
      });
      await fc.assert(
        fc.asyncProperty(problem, async ({ size, columns, seed, cap, goodShare }) => {
          const random = createRandom(seed);
          const below = (bound: number) => Math.floor(random.nextDouble() * bound);
          const integers = (rows: number): Matrix =>
            createMatrix(
              rows,
              columns,
              Float32Array.from({ length: rows * columns }, () => below(3)),
            );
          const vectors = integers(size);
          const goodClasses = Int32Array.from({ length: size }, () =>
            random.nextDouble() < goodShare ? (below(10) % 9) >> 3 : -1,
          );
          const queries = integers(6);
          const predictions = Int32Array.from({ length: 6 }, () => below(2));
          const exclusions = Int32Array.from({ length: 6 }, () => below(size + 1) - 1);
          const own = kernels.createMatcher({ vectors, goodClasses });
          const matches = await own.match({ queries, predictions, exclusions, maxSimilarity: cap });
          for (let i = 0; i < 6; i++) {
            const distances = own.distances(queries.data.slice(i * columns, (i + 1) * columns));
            const query = { prediction: predictions[i]!, exclusion: exclusions[i]!, cap };
            const actual = [matches.similarities[i], matches.nearestDistances[i], matches.nearestIndices[i]];
            expect(actual).toEqual(oracle(distances, goodClasses, query));
          }
        }),
      );
    });
  });
}

describe('the SIMD matcher', () => {
  it('equals the plain twin bit for bit, over several blocks', async () => {
    const random = createRandom(11);
    const normals = (rows: number) =>
      createMatrix(
        rows,
        301,
        Float32Array.from({ length: rows * 301 }, () => random.normal()),
      );
    const support = {
      vectors: normals(1101),
      goodClasses: Int32Array.from({ length: 1101 }, () => Math.floor(random.uniform(-1, 2.9))),
    };
    const queries = normals(263);
    const predictions = Int32Array.from({ length: 263 }, () => Math.floor(random.uniform(0, 3)));
    const exclusions = Int32Array.from({ length: 263 }, (_, i) => (i % 3 === 0 ? i : -1));
    const [simd, plain] = [builds.simd.createMatcher(support), builds.plain.createMatcher(support)];
    const request = { queries, predictions, exclusions, maxSimilarity: 7 };
    expect(await simd.match(request)).toEqual(await plain.match(request));
    const query = queries.data.slice(0, 301);
    expect(simd.distances(query)).toEqual(plain.distances(query));
  });

  it('says that it has been disposed', async () => {
    const matcher = builds.simd.createMatcher({ vectors: square, goodClasses: squareGood });
    matcher.dispose();
    expect(await codeOf(() => matcher.distances(Float32Array.of(0, 0)))).toBe('out-of-range');
  });
});
