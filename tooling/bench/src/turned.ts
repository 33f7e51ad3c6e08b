import { type Kernels, loadKernels, type Matcher, type MatcherSupport } from '@sdmjs/kernels';
import { randomMatrix } from './kernels.js';
import { type Comparison, compare, eachQuery } from './threads-and-bounds.js';

const SUPPORT = 10_000;
const FEATURES = 384;
const REPRESENTATION = 1000;
const QUERIES = 512;

/** What it is worth to compare rows in the dimensions of their features, on one thread: what an epoch matches, queries, one document. */
export async function compareTurned(): Promise<Comparison[]> {
  const kernels = await loadKernels({ threads: 1 });
  try {
    return await compareMatchers(kernels);
  } finally {
    kernels.dispose();
  }
}

async function compareMatchers(kernels: Kernels): Promise<Comparison[]> {
  const span = randomMatrix(REPRESENTATION, FEATURES, 1);
  const representationsOf = (rows: number, seed: number) =>
    kernels.multiplyTransposed(randomMatrix(rows, FEATURES, seed), span);
  const [vectors, queries] = [representationsOf(SUPPORT, 2), representationsOf(QUERIES, 3)];
  // Two classes that do not lie apart; one row in fifty is not good.
  const predictions = Int32Array.from({ length: SUPPORT }, (_, j) => j % 2);
  const goodClasses = predictions.map((prediction, j) => (j % 50 === 0 ? -1 : prediction));
  const support = { vectors, goodClasses };
  const inSpan = { ...support, span, expectedQueries: 1e9 };
  const [plain, turned] = [kernels.createMatcher(support), kernels.createMatcher(inSpan)];
  const batch = { queries, predictions: predictions.subarray(0, QUERIES), maxSimilarity: 2048 };
  const packAndMatch = (given: MatcherSupport) => async () => {
    const matcher = kernels.createMatcher(given);
    await matcher.matchSupport({ predictions, maxSimilarity: 2048 });
    matcher.dispose();
  };
  const one = (matcher: Matcher) => eachQuery(queries, (query) => matcher.nearest(query.data, 25));
  const sides = (before: () => unknown, after: () => unknown) => ({
    before: [`over ${REPRESENTATION} numbers, 1 thread`, before] as const,
    after: [`over ${FEATURES}, 1 thread`, after] as const,
  });
  const compared = [
    await compare(
      `pack ${SUPPORT} rows of ${FEATURES} features and match them to each other`,
      sides(packAndMatch(support), packAndMatch(inSpan)),
    ),
    await compare(
      `match ${QUERIES} queries of ${FEATURES} features`,
      sides(
        () => plain.match(batch),
        () => turned.match(batch),
      ),
    ),
    await compare(`25 nearest of one document of ${FEATURES} features`, sides(one(plain), one(turned))),
  ];
  for (const matcher of [plain, turned]) matcher.dispose();
  return compared;
}
