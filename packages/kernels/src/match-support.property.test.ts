import { createRandom } from '@sdmjs/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createPlainKernels, loadKernels, type Matcher } from './index.js';
import { drawers, drawMatrix, kinds, mutate, mutations } from './testing/hard-rows.js';
import { startKernels } from './testing/start-kernels.js';

const plain = createPlainKernels();
const alone = await startKernels(1);
const together = await startKernels(3);
afterAll(() => {
  alone.dispose();
  together.dispose();
});

// Rows are matched together from 512 good ones on, 120 to a block and 256 to a span, so there are partial ones of both.
const problem = fc.record({
  kind: fc.constantFrom(...kinds),
  size: fc.integer({ min: 500, max: 900 }),
  columns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 40 })),
  classCount: fc.constantFrom(1, 2, 3, 9),
  seed: fc.integer({ min: 0 }),
  cap: fc.constantFrom(0, 5, 1000),
  goodShare: fc.constantFrom(0.6, 0.9, 0.995, 1),
  mutation: fc.constantFrom(...mutations),
});

type Problem = typeof problem extends fc.Arbitrary<infer Value> ? Value : never;

function drawSupport({ kind, size, columns, classCount, seed, goodShare, mutation }: Problem) {
  const random = createRandom(seed);
  const vectors = drawMatrix(size, columns, drawers[kind](random));
  mutate(vectors, mutation, random);
  const predictions = Int32Array.from({ length: size }, () => Math.floor(random.uniform(0, classCount)));
  return { vectors, predictions, goodClasses: predictions.map((c) => (random.nextDouble() < goodShare ? c : -1)) };
}

describe('support rows matched to each other', () => {
  it('equal the plain twin bit for bit on rows that are hard to bound, with one thread and with three', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (drawn) => {
        const { vectors, predictions, goodClasses } = drawSupport(drawn);
        const answers = [];
        for (const kernels of [plain, alone, together]) {
          const matcher = kernels.createMatcher({ vectors, goodClasses });
          answers.push(await matcher.matchSupport({ predictions, maxSimilarity: drawn.cap }));
          matcher.dispose();
        }
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
      }),
      { numRuns: 100 },
    );
  });

  it('are what match gives where each leaves itself out, where far more rows are open than can be noted', async () => {
    const random = createRandom(3);
    const vectors = drawMatrix(700, 12, () => Math.floor(random.uniform(0, 2)));
    for (let j = 100; j < 600; j++) vectors.data.copyWithin(12 * j, 0, 12); // five hundred copies of one row
    const predictions = Int32Array.from({ length: 700 }, (_, j) => Number(j % 5 === 0));
    const goodClasses = predictions.map((prediction, j) => (j % 50 === 7 ? -1 : prediction));
    const request = { predictions, maxSimilarity: 1000 };
    for (const kernels of [plain, alone, together]) {
      const matcher = kernels.createMatcher({ vectors, goodClasses });
      const exclusions = Int32Array.from(predictions.keys());
      const wanted = await matcher.match({ ...request, queries: vectors, exclusions });
      expect(await matcher.matchSupport(request)).toEqual(wanted);
    }
  });
});

const random = createRandom(4);
const vectors = drawMatrix(600, 8, () => random.normal());
const predictions = Int32Array.from({ length: 600 }, (_, j) => j % 2);
const goodClasses = predictions.map((prediction, j) => (j % 10 === 0 ? -1 : prediction));
const request = { predictions, maxSimilarity: 9 };

async function expectCode(work: Promise<unknown>, code: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ code });
}

describe.each([
  ['plain', plain],
  ['simd', await loadKernels()],
])('matching a support to itself (%s)', (_, kernels) => {
  const create = (): Matcher => kernels.createMatcher({ vectors, goodClasses });

  it('says how many rows are matched', async () => {
    const counts: number[] = [];
    await create().matchSupport({ ...request, onProgress: (completed) => counts.push(completed) });
    expect(counts.at(-1)).toBe(600);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it('gives the same to two callers at once, and beside a match', async () => {
    const matcher = create();
    const queries = drawMatrix(300, 8, () => random.normal());
    const other = { queries, predictions: new Int32Array(300), maxSimilarity: 9 };
    const [first, second, third] = await Promise.all([
      matcher.matchSupport(request),
      matcher.matchSupport(request),
      matcher.match(other),
    ]);
    expect(second).toEqual(first);
    expect(first).toEqual(await plain.createMatcher({ vectors, goodClasses }).matchSupport(request));
    expect(third).toEqual(await create().match(other));
  });

  it('refuses what does not fit the support, before work', async () => {
    const matcher = create();
    await expectCode(matcher.matchSupport({ ...request, predictions: new Int32Array(3) }), 'shape-mismatch');
    await expectCode(matcher.matchSupport({ ...request, predictions: predictions.map((c) => 1 - c) }), 'out-of-range');
    const unpredicted = predictions.map((prediction, j) => (j === 590 ? -1 : prediction));
    await expectCode(matcher.matchSupport({ ...request, predictions: unpredicted }), 'out-of-range');
    await expectCode(matcher.matchSupport({ ...request, maxSimilarity: -1 }), 'out-of-range');
    await expectCode(matcher.matchSupport({ ...request, signal: AbortSignal.abort() }), 'aborted');
    const single = kernels.createMatcher({ vectors: drawMatrix(1, 2, () => 0), goodClasses: new Int32Array(1) });
    await expectCode(single.matchSupport({ predictions: new Int32Array(1), maxSimilarity: 1 }), 'empty-input');
  });

  it('can be given up while it is at work, and leaves the matcher as it was', async () => {
    const matcher = create();
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const given = matcher.matchSupport({ ...request, signal: controller.signal, onProgress });
    await given.catch(() => {}); // small work may end before it looks at the signal
    expect(await matcher.matchSupport(request)).toEqual(await create().matchSupport(request));
  });
});

it('ends with an error when the matcher is disposed of meanwhile', async () => {
  const matcher = alone.createMatcher({ vectors, goodClasses });
  const given = matcher.matchSupport({ ...request, onProgress: () => matcher.dispose() });
  await expectCode(given, 'out-of-range');
  const next = alone.createMatcher({ vectors, goodClasses });
  expect(await next.matchSupport(request)).toEqual(
    await plain.createMatcher({ vectors, goodClasses }).matchSupport(request),
  );
});
