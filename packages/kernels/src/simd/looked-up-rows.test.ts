import { createMatrix, createRandom, type Matrix } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { createPlainKernels, loadKernels, type MatcherSupport } from '../index.js';
import { createArena } from './arena.js';
import { compileKernels } from './module.js';
import { packSupport } from './packed-support.js';
import { startKernels } from '../testing/start-kernels.js';
import { createSharedRows } from '../threads/shared-rows.js';
import { createTeam } from '../threads/team.js';

const kernels = await loadKernels();
const plain = createPlainKernels();

function randomRows(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

const goodOf = (rows: number) => Int32Array.from({ length: rows }, (_, j) => (j % 7 === 0 ? -1 : j % 2));

async function matchBoth(support: MatcherSupport, queries: Matrix) {
  const predictions = Int32Array.from({ length: queries.rows }, (_, i) => i % 2);
  const request = { queries, predictions, maxSimilarity: 1000 };
  const matcher = kernels.createMatcher(support);
  const found = await matcher.match(request);
  const nearest = matcher.nearest(queries.data.subarray(0, queries.columns), 300);
  const distances = matcher.distances(queries.data.subarray(0, queries.columns));
  matcher.dispose();
  const definition = plain.createMatcher(support);
  return {
    simd: [found, nearest, distances],
    definition: [
      await definition.match(request),
      definition.nearest(queries.data.subarray(0, queries.columns), 300),
      definition.distances(queries.data.subarray(0, queries.columns)),
    ],
  };
}

describe('support rows that are looked up', () => {
  // 197 rows of 11 numbers: no multiple of 8 or 64, so there are partial chunks and padded rows.
  it('give what the definition gives, also where far more are undecided than are looked up at once', async () => {
    const vectors = randomRows(197, 11, 1);
    // All rows beyond the first 20 are copies of one: 177 rows tie.
    for (let j = 20; j < 197; j++) vectors.data.copyWithin(11 * j, 220, 231);
    const { simd, definition } = await matchBoth({ vectors, goodClasses: goodOf(197) }, randomRows(9, 11, 2));
    expect(simd).toEqual(definition);
  });

  it('serve queries that integer copies do not bound', async () => {
    const vectors = randomRows(130, 5, 3);
    for (let i = 0; i < vectors.data.length; i++) vectors.data[i]! *= 1e-16; // squares underflow the bounds
    const queries = createMatrix(2, 5, vectors.data.slice(50, 60));
    const { simd, definition } = await matchBoth({ vectors, goodClasses: goodOf(130) }, queries);
    expect(simd).toEqual(definition);
  });

  it('leave nothing of one support in the memory that the next one takes over', async () => {
    for (const [rows, columns] of [
      [300, 16],
      [290, 13],
      [150, 20],
      [301, 16],
    ] as const) {
      const vectors = randomRows(rows, columns, rows);
      const { simd, definition } = await matchBoth({ vectors, goodClasses: goodOf(rows) }, randomRows(5, columns, 9));
      expect(simd).toEqual(definition);
    }
  });

  it('are copied only where threads share the memory', async () => {
    const vectors = randomRows(4000, 64, 4);
    const seenByAll = createSharedRows(4000, 64);
    seenByAll.data.set(vectors.data);
    const bytes = async (shared: boolean, vectors: Matrix) => {
      const module = (await compileKernels({ shared }))!;
      const arena = createArena(module, { shared });
      packSupport({ vectors, goodClasses: goodOf(4000) }, { arena, team: createTeam(module, 1) });
      return arena.mark();
    };
    const [alone, together] = [await bytes(false, vectors), await bytes(true, vectors)];
    // Integer copies of 2 bytes a number, some numbers a row, and room for 64 rows.
    expect(alone).toBeLessThan(2 * vectors.data.length + 4000 * 24 + 64 * 64 * 4 + 4096);
    expect(together - alone).toBeGreaterThan(4 * vectors.data.length - 64 * 64 * 4 - 4096);
    expect(await bytes(true, seenByAll)).toBe(alone);
  });

  it('are looked up by every thread, from one support after the other', async () => {
    const threads = await startKernels(3);
    // Most rows are copies of a few, which the bounds cannot tell apart. Workers join while this goes on.
    for (let attempt = 0; attempt < 12; attempt++) {
      const [size, columns] = [600 - 17 * attempt, 11 + attempt];
      const drawn = randomRows(size, columns, attempt);
      for (let j = 40; j < size; j++) drawn.data.copyWithin(columns * j, columns * (j % 40), columns * (1 + (j % 40)));
      const vectors = threads.createRows(size, columns);
      vectors.data.set(drawn.data);
      const support = { vectors, goodClasses: goodOf(size) };
      const request = {
        queries: drawn,
        predictions: Int32Array.from({ length: size }, (_, i) => i % 2),
        exclusions: Int32Array.from(drawn.data.keys()).subarray(0, size),
        maxSimilarity: 1000,
      };
      const matcher = threads.createMatcher(support);
      expect(await matcher.match(request)).toEqual(await plain.createMatcher(support).match(request));
      matcher.dispose();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    threads.dispose();
  });
});

it('says how many queries are matched', async () => {
  for (const build of [kernels, plain]) {
    const counts: number[] = [];
    const matcher = build.createMatcher({ vectors: randomRows(8, 3, 5), goodClasses: goodOf(8) });
    const request = { queries: randomRows(600, 3, 6), predictions: new Int32Array(600), maxSimilarity: 5 };
    await matcher.match({ ...request, onProgress: (completed) => counts.push(completed) });
    expect(counts.at(-1)).toBe(600);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  }
});
