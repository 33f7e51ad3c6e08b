import { createMatrix, createRandom, type Matrix } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMatches } from '../checks.js';
import { createPlainKernels } from '../index.js';
import { createTeam } from '../threads/team.js';
import { createArena } from './arena.js';
import { matchQueries } from './match-queries.js';
import { compileKernels } from './module.js';
import { packSupport } from './packed-support.js';

const module = (await compileKernels())!;
const team = createTeam(module, 1);
const plain = createPlainKernels();

interface Problem {
  readonly rows: number;
  readonly columns: number;
  readonly queryCount: number;
  readonly seed: number;
  /** One row in so many is not good. */
  readonly badEvery: number;
  /** Different values a number has: few make ties. */
  readonly values: number;
  readonly cap: number;
}

// Up to five granules of 256 rows, so that most of them are passed over and the last one is partial.
const problems = fc.record<Problem>({
  rows: fc.integer({ min: 2, max: 1100 }),
  columns: fc.integer({ min: 1, max: 20 }),
  queryCount: fc.integer({ min: 4, max: 40 }),
  seed: fc.nat(),
  badEvery: fc.constantFrom(1, 2, 7, 300, 5000),
  values: fc.constantFrom(2, 5, 1_000_000),
  cap: fc.constantFrom(0, 1, 5, 100, 2048),
});

function draw({ rows, columns, queryCount, seed, badEvery, values, cap }: Problem) {
  const random = createRandom(seed);
  const matrix = (count: number): Matrix =>
    createMatrix(
      count,
      columns,
      Float32Array.from({ length: count * columns }, () => Math.floor(random.uniform(0, values)) / values),
    );
  const vectors = matrix(rows);
  const queries = matrix(queryCount);
  const exclusions = Int32Array.from({ length: queryCount }, () => Math.floor(random.uniform(-1, rows)));
  // Half of the queries are the rows that they leave out.
  for (let i = 0; i < queryCount; i += 2) {
    const row = Math.max(0, exclusions[i]!);
    queries.data.set(vectors.data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return {
    support: { vectors, goodClasses: Int32Array.from({ length: rows }, (_, j) => (j % badEvery === 1 ? -1 : j % 2)) },
    request: {
      queries,
      predictions: Int32Array.from({ length: queryCount }, (_, i) => i % 3),
      exclusions,
      maxSimilarity: cap,
    },
  };
}

describe('matching by granules', () => {
  it.each([
    ['with all distances kept', Infinity],
    ['with distances measured again', 0],
  ])('gives what the definition gives, %s', async (_, distanceBytes) => {
    await fc.assert(
      fc.asyncProperty(problems, async (problem) => {
        const { support, request } = draw(problem);
        const arena = createArena(module, { shared: false });
        const packed = packSupport(support, { arena, team });
        const matches = emptyMatches(problem.queryCount);
        matchQueries(packed, team, { request, matches, start: 0, count: problem.queryCount }, distanceBytes);
        expect(matches).toEqual(await plain.createMatcher(support).match(request));
      }),
      { numRuns: 150 },
    );
  });
});
