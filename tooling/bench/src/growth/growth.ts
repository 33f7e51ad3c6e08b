import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BATCH_ROWS, FULL, type Point, pointsOf, type Sizes, SHORT } from './points.js';
import { reportOf } from './report.js';
import { loadNow, openResults } from './results.js';
import { buildChild, runPoint } from './run-point.js';

export interface GrowthOptions {
  /** Only points whose key begins so; a long one is measured only when it is named. */
  readonly only?: string | undefined;
  /** Measure again, and from the beginning, what the results have; without `only`, everything. */
  readonly fresh: boolean;
  /** A few small points, of which nothing is kept. */
  readonly short: boolean;
}

/** Where a long point keeps the state of its run. */
const CACHE = fileURLToPath(new URL('../../.cache/growth', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../../docs/results/raw/growth.json', import.meta.url));

/**
 * Measures how time and memory grow, point after point, each kept when it is finished; what was measured before is not measured again, and a long
 * point that was broken off goes on. `print` takes the tables, `tell` the progress.
 */
export async function benchGrowth(
  options: GrowthOptions,
  { print, tell }: Record<'print' | 'tell', (line: string) => void>,
): Promise<void> {
  const { only = '', fresh, short } = options;
  const series = short ? SHORT : FULL;
  const results = openResults(short ? undefined : RESULTS, { fresh: fresh && only === '' });
  const wanted = pointsOf(series).filter(({ key, isLong }) => key.startsWith(only) && (!isLong || only !== ''));
  const points = wanted.filter(({ key }) => fresh || !(key in results.points));
  if (wanted.length === 0)
    throw new Error(
      `no point begins with "${only}": ${pointsOf(series)
        .map(({ key }) => key)
        .join(', ')}`,
    );
  const child = await buildChild();
  const outlook = createOutlook();
  try {
    for (const [i, point] of points.entries()) {
      tell(`[${i + 1}/${points.length}] ${point.key}; ${outlook.timeLeft(points.slice(i))}`);
      const loadBefore = loadNow();
      const folder = point.isLong ? join(CACHE, point.key) : undefined;
      if (folder !== undefined && fresh) rmSync(folder, { recursive: true, force: true });
      const measured = await runPoint(point, { child: child.path, folder }, (line) => tell(`  ${line}`));
      results.keep(point.key, { sizes: point.sizes, ...measured, loadBefore });
      if (folder !== undefined) rmSync(folder, { recursive: true });
      outlook.finished(point);
      tell(`  ${measured.processor.toFixed(2)} s of processor time, ${(measured.peakBytes / 1e6).toFixed(0)} MB`);
    }
  } finally {
    child.remove();
  }
  print(reportOf(series, results.points));
  if (!short) tell(`kept in ${relative('.', RESULTS)}`);
}

/** The time that points to come will take, by guesses that the points so far correct. */
function createOutlook() {
  const startedAt = performance.now();
  let guessed = 0;
  const guessOf = (points: readonly Point[]) => points.reduce((sum, { sizes }) => sum + guess(sizes), 0);
  return {
    timeLeft(points: readonly Point[]): string {
      const speed = guessed === 0 ? 1 : (performance.now() - startedAt) / 1000 / guessed;
      const seconds = Math.ceil(speed * guessOf(points));
      return seconds < 100 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
    },
    finished(point: Point): void {
      guessed += guessOf([point]);
    },
  };
}

/** Seconds of a point, roughly: pairs of rows cost their numbers and a look at their distance, rows their projection, and short runs repeat. */
function guess({ what, rows, calibrationRows, features, representation }: Sizes): number {
  const queries = what === 'epoch' ? rows + calibrationRows : BATCH_ROWS;
  const run = 1e-11 * queries * (rows * (3 * representation + 300) + 10 * features * representation);
  return 1 + 2e-8 * rows * features + Math.max(run, Math.min(6 * run, 2));
}
