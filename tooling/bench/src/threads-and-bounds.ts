import { createMatrix, type Matrix } from '@sdmjs/core';
import { type Kernels, loadKernels, type Matcher } from '@sdmjs/kernels';
import { randomMatrix } from './kernels.js';
import { type Spread, spreadOf } from './spread.js';

const SUPPORT = 10_000;
const FEATURES = 1024;
const REPRESENTATION = 1000;
const QUERIES = 128;
const ROWS_TO_EACH_OTHER = 4000;

/** Two ways to the same numbers, in one run. Milliseconds of wall time and of all threads' processor time, medians with their range. */
export interface Comparison {
  readonly name: string;
  readonly before: Times;
  readonly after: Times;
}

interface Times {
  readonly what: string;
  readonly wall: Spread;
  readonly processor: Spread;
}

/** What each step is worth: bounds by integer copies, threads, held weights, a pass over integers for one document. */
export async function compareKernels(): Promise<Comparison[]> {
  const [one, all] = [await loadKernels({ threads: 1 }), await loadKernels()];
  try {
    const [vectors, queries] = [randomMatrix(SUPPORT, REPRESENTATION, 1), randomMatrix(QUERIES, REPRESENTATION, 2)];
    const [weights, rows] = [randomMatrix(REPRESENTATION, FEATURES, 3), randomMatrix(QUERIES, FEATURES, 4)];
    // One row in fifty is not good: the limit lies among many good rows, where bounds have most to decide.
    const goodClasses = Int32Array.from({ length: SUPPORT }, (_, j) => (j % 50 === 0 ? -1 : 0));
    const matchers = [one, all].map((kernels) => kernels.createMatcher({ vectors, goodClasses }));
    const [alone, together] = matchers as [Matcher, Matcher];
    const threads = `${all.threads} threads`;
    const everyDistance = (kernels: Kernels) => () => void kernels.multiplyTransposed(queries, vectors);
    const project = (kernels: Kernels) => () => void kernels.multiplyTransposed(rows, weights);
    const batch = (matcher: Matcher) => () => matcher.match(requestOf(queries));
    await all.multiplyTransposed(queries, vectors); // so that the workers are up
    await new Promise((resolve) => setTimeout(resolve, 500));
    return [
      await compare('match 128 queries: products of all pairs', {
        before: ['float32, 1 thread', everyDistance(one)],
        after: ['bounded by integers, all of matching, 1 thread', batch(alone)],
      }),
      await compare('match 128 queries', { before: ['1 thread', batch(alone)], after: [threads, batch(together)] }),
      await compareMutual(one, vectors),
      await compare('project 128 rows', { before: ['1 thread', project(one)], after: [threads, project(all)] }),
      await compare('match one document, 25 nearest', {
        before: ['all float32 distances, 1 thread', eachQuery(queries, (query) => alone.distances(query.data))],
        after: [`bounded by integers, ${threads}`, eachQuery(queries, (query) => matchOne(together, query))],
      }),
      await compareHeld(all, { rows, weights }),
    ];
  } finally {
    one.dispose();
    all.dispose();
  }
}

/** Rows of which each is matched to all others: as queries, and each pair once. */
async function compareMutual(kernels: Kernels, { data, columns }: Matrix): Promise<Comparison> {
  const vectors = createMatrix(ROWS_TO_EACH_OTHER, columns, data.slice(0, ROWS_TO_EACH_OTHER * columns));
  // Two classes, which do not lie apart: what is found does not matter here.
  const predictions = Int32Array.from({ length: vectors.rows }, (_, j) => j % 2);
  const goodClasses = predictions.map((prediction, j) => (j % 50 === 0 ? -1 : prediction));
  const matcher = kernels.createMatcher({ vectors, goodClasses });
  const request = { predictions, maxSimilarity: 2048 };
  const exclusions = Int32Array.from(predictions.keys());
  const compared = await compare(`match ${ROWS_TO_EACH_OTHER} rows to each other`, {
    before: ['as queries, 1 thread', () => matcher.match({ ...request, queries: vectors, exclusions })],
    after: ['each pair once, 1 thread', () => matcher.matchSupport(request)],
  });
  matcher.dispose();
  return compared;
}

async function compareHeld(kernels: Kernels, { rows, weights }: Record<'rows' | 'weights', Matrix>) {
  const release = kernels.hold(weights);
  const copied = { ...weights, data: weights.data.slice() };
  const projectBy = (factor: Matrix) => eachQuery(rows, (row) => kernels.multiplyTransposed(row, factor));
  const compared = await compare('project one document', {
    before: ['weights copied', projectBy(copied)],
    after: ['weights held', projectBy(weights)],
  });
  release();
  return compared;
}

type Side = readonly [what: string, work: () => unknown];

/** Both sides by turns, so that what else the machine does falls on both. */
export async function compare(name: string, { before, after }: { before: Side; after: Side }): Promise<Comparison> {
  const sides = [before, after].map(([what, work]) => ({
    what,
    work,
    wall: [] as number[],
    processor: [] as number[],
  }));
  for (let run = 0; run < 6; run++) {
    for (const { work, wall, processor } of sides) {
      const [start, used] = [performance.now(), process.cpuUsage()];
      await work();
      const { user, system } = process.cpuUsage(used);
      wall.push(performance.now() - start);
      processor.push((user + system) / 1000);
    }
  }
  const [first, second] = sides.map(({ what, wall, processor }) => ({
    what,
    wall: spreadOf(wall.slice(1).map(toHundredths)),
    processor: spreadOf(processor.slice(1).map(toHundredths)),
  }));
  return { name, before: first!, after: second! };
}

const toHundredths = (time: number) => Math.round(time * 100) / 100;

/** A piece of work that takes the next row each time. */
export function eachQuery(queries: Matrix, work: (query: Matrix) => unknown): () => unknown {
  let next = 0;
  return () => {
    const start = (next++ % queries.rows) * queries.columns;
    return work(createMatrix(1, queries.columns, queries.data.slice(start, start + queries.columns)));
  };
}

async function matchOne(matcher: Matcher, query: Matrix): Promise<void> {
  await matcher.match(requestOf(query));
  matcher.nearest(query.data, 25);
}

function requestOf(queries: Matrix) {
  return { queries, predictions: new Int32Array(queries.rows), maxSimilarity: 2048 };
}
