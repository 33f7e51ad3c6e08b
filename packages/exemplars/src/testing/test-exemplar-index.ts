import { createMatrix, createRandom, type Matrix, matrixFromRows, rowOf, SdmError } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import type { CreateExemplarIndex, ExemplarIndex, MatchOptions } from '../exemplar-index.js';
import type { IndexedSupport } from '../support-set.js';
import { matchByDefinition } from './match-by-definition.js';

/**
 * The contract of an exemplar index as a vitest suite. Coordinates are small integers, so that distances are exact in float32 on
 * every device and ties are real ties; the last test uses real numbers.
 */
export function testExemplarIndex(name: string, create: CreateExemplarIndex): void {
  describe(`exemplar index: ${name}`, () => {
    describeCounting(create);
    describeChecks(create);
    it('agrees with the definition on real numbers', () => expectDefinition(create, randomSupport(4, false), 8));
  });
}

function describeCounting(create: CreateExemplarIndex): void {
  it('breaks ties by the support index and counts the leading good rows (golden cases of reexpress-sdm)', () =>
    using(create(goldenSupport), async (index) => {
      const queries = matrixFromRows([
        [0, 1],
        [2, 1],
        [1, 1],
      ]);
      const matches = await index.match(queries, Int32Array.of(0, 1, 0), { maxSimilarity: 4 });
      expect([...matches.similarities]).toEqual([2, 1, 2]);
      expect([...matches.nearestDistances]).toEqual([1, 1, 2]);
      expect([...matches.nearestIndices]).toEqual([0, 2, 0]);
      const order = (await index.nearest(Float32Array.of(2, 1), 4)).map((neighbor) => neighbor.index);
      expect(order).toEqual([2, 3, 0, 1]);
    }));

  it('leaves a row out by its index, not by its distance (golden case of reexpress-sdm)', () =>
    using(create(goldenSupport), async (index) => {
      const query = Float32Array.of(0, 2);
      const exclusions = Int32Array.of(1);
      const matches = await index.match(createMatrix(1, 2, query), Int32Array.of(0), { maxSimilarity: 3, exclusions });
      expect([matches.similarities[0], matches.nearestDistances[0], matches.nearestIndices[0]]).toEqual([1, 4, 0]);
      const nearest = await index.nearest(query, 25, { exclusion: 1 });
      expect(nearest.map((neighbor) => neighbor.index)).toEqual([0, 3, 2]);
    }));

  it('caps the similarity', () =>
    using(create(uniformSupport(6)), async (index) => {
      const at = (maxSimilarity: number) => index.match(createMatrix(1, 2), Int32Array.of(0), { maxSimilarity });
      expect((await at(4)).similarities[0]).toBe(4);
      expect((await at(100)).similarities[0]).toBe(6);
    }));

  it('never calls a row of no class good', () =>
    using(create({ ...uniformSupport(3), labels: Int32Array.of(0, -99, 0) }), async (index) => {
      const matches = await index.match(createMatrix(1, 2), Int32Array.of(0), { maxSimilarity: 9 });
      expect(matches.similarities[0]).toBe(1);
    }));

  it('puts an exact duplicate at distance 0', () =>
    using(create(goldenSupport), async (index) => {
      const { representations } = goldenSupport;
      const matches = await index.match(representations, Int32Array.of(0, 0, 0, 0), { maxSimilarity: 4 });
      expect([...matches.nearestDistances]).toEqual([0, 0, 0, 0]);
      expect([...matches.nearestIndices]).toEqual([0, 1, 2, 3]);
    }));

  it.each([0, 1, 2, 3])('agrees with the definition on a crowded grid, seed %i', (seed) =>
    expectDefinition(create, randomSupport(seed, true), seed === 1 ? 3 : 2048),
  );

  it('matches the support rows, each without itself, as it matches any queries', async () => {
    for (const support of [goldenSupport, randomSupport(5, true), randomSupport(6, false)]) {
      await using(create(support), async (index) => {
        if (!index.matchSupport) return;
        const { representations, predictions } = support;
        const exclusions = Int32Array.from(predictions.keys());
        const options = { maxSimilarity: 7 };
        const wanted = await index.match(representations, predictions, { ...options, exclusions });
        expect(await index.matchSupport(options)).toEqual(wanted);
        const signal = AbortSignal.abort();
        await expectRefusal(index.matchSupport({ ...options, signal }), 'aborted');
        await expectRefusal(index.matchSupport({ maxSimilarity: 0 }), 'out-of-range');
      });
    }
  });

  it('answers no queries with nothing', () =>
    using(create(goldenSupport), async (index) => {
      const matches = await index.match(createMatrix(0, 2), new Int32Array(0), { maxSimilarity: 4 });
      expect(matches.similarities).toHaveLength(0);
      expect(await index.nearest(Float32Array.of(0, 0), 0)).toEqual([]);
    }));
}

function describeChecks(create: CreateExemplarIndex): void {
  const query = createMatrix(1, 2);
  const wrong: [string, Matrix, MatchOptions, string][] = [
    ['a query of another width', createMatrix(1, 3), { maxSimilarity: 4 }, 'shape-mismatch'],
    [
      'a query that is not finite',
      createMatrix(1, 2, Float32Array.of(0, Number.NaN)),
      { maxSimilarity: 4 },
      'not-finite',
    ],
    ['a cap of 0', query, { maxSimilarity: 0 }, 'out-of-range'],
    ['an exclusion beyond the support', query, { maxSimilarity: 4, exclusions: Int32Array.of(4) }, 'out-of-range'],
    ['an exclusion too many', query, { maxSimilarity: 4, exclusions: Int32Array.of(0, 1) }, 'shape-mismatch'],
    ['a signal that has been aborted', query, { maxSimilarity: 4, signal: AbortSignal.abort() }, 'aborted'],
  ];
  it.each(wrong)('refuses %s', (_, queries, options, code) =>
    using(create(goldenSupport), (index) => expectRefusal(index.match(queries, Int32Array.of(0), options), code)),
  );

  it('refuses a prediction that is no class', () =>
    using(create(goldenSupport), (index) =>
      expectRefusal(index.match(query, Int32Array.of(-1), { maxSimilarity: 4 }), 'label-out-of-range'),
    ));

  it('refuses to leave out the only row', () =>
    using(create(uniformSupport(1)), (index) => {
      const exclusions = Int32Array.of(0);
      return expectRefusal(index.match(query, Int32Array.of(0), { maxSimilarity: 1, exclusions }), 'empty-input');
    }));

  it('refuses an empty support', () => expectRefusal(create(uniformSupport(0)), 'empty-input'));
}

const goldenSupport: IndexedSupport = {
  representations: matrixFromRows([
    [0, 0],
    [0, 2],
    [2, 0],
    [2, 2],
  ]),
  labels: Int32Array.of(0, 0, 1, 1),
  predictions: Int32Array.of(0, 0, 1, 0),
};

function uniformSupport(count: number): IndexedSupport {
  const data = Float32Array.from({ length: 2 * count }, (_, i) => i + 1);
  return {
    representations: createMatrix(count, 2, data),
    labels: new Int32Array(count),
    predictions: new Int32Array(count),
  };
}

/** 150 rows of 3 classes; on the grid there are many equal rows and equal distances. */
function randomSupport(seed: number, onGrid: boolean): IndexedSupport {
  const random = createRandom(seed);
  const draw = (low: number, high: number) => Math.floor(random.uniform(low, high));
  const labels = Int32Array.from({ length: 150 }, () => draw(0, 3));
  const predictions = labels.map((label) => (random.nextDouble() < 0.85 ? label : draw(0, 3)));
  const representations = createMatrix(150, 3);
  representations.data.forEach((_, i) => {
    const centre = 2 * labels[Math.floor(i / 3)]!;
    representations.data[i] = centre + (onGrid ? draw(-2, 3) : random.uniform(-2, 2));
  });
  return { representations, labels, predictions };
}

async function expectDefinition(create: CreateExemplarIndex, support: IndexedSupport, maxSimilarity: number) {
  const queries = { ...support.representations, data: support.representations.data.map(Math.round) };
  const exclusions = support.labels.map((_, i) => (i % 3 === 0 ? -1 : i));
  await using(create(support), async (index) => {
    const matches = await index.match(queries, support.predictions, { maxSimilarity, exclusions });
    for (let i = 0; i < queries.rows; i++) {
      const exclusion = exclusions[i]!;
      const prediction = support.predictions[i]!;
      const wanted = matchByDefinition(support, rowOf(queries, i), { prediction, maxSimilarity, exclusion });
      expect([i, matches.similarities[i], matches.nearestIndices[i]]).toEqual([
        i,
        wanted.similarity,
        wanted.nearestIndex,
      ]);
      // Three float32 products and four sums of numbers below 200: each rounds by at most 2^-17.
      expect(Math.abs(matches.nearestDistances[i]! - wanted.nearestDistance)).toBeLessThan(1e-4);
    }
    const { order } = matchByDefinition(support, rowOf(queries, 0), { prediction: 0, maxSimilarity });
    const nearest = await index.nearest(rowOf(queries, 0), 20);
    expect(nearest.map((neighbor) => neighbor.index)).toEqual(order.slice(0, 20));
  });
}

async function using(created: Promise<ExemplarIndex>, use: (index: ExemplarIndex) => Promise<void>): Promise<void> {
  const index = await created;
  try {
    await use(index);
  } finally {
    index.dispose();
  }
}

async function expectRefusal(attempt: Promise<unknown>, code: string): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(SdmError.is(error) ? error.code : error).toBe(code);
}
