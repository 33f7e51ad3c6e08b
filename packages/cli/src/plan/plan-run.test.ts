import { expect, it } from 'vitest';
import { planRun, type RunSizes } from './plan-run.js';

const sizes: RunSizes = {
  trainingRows: 10_000,
  calibrationRows: 1000,
  featureCount: 256,
  representationSize: 64,
  classCount: 2,
  batchSize: 64,
  epochs: 3,
  rounds: 2,
};
const speeds = {
  secondsPerStep: 0.001,
  projectedNumbersPerSecond: 1e9,
  matchedNumbersPerSecond: 1e10,
  secondsSpent: 0,
  threads: 1,
};

it('counts steps, products and bytes', () => {
  const { seconds, bytes } = planRun(sizes, speeds);
  // By hand: 157 steps; 11,000 · 256 · 64 and 11,000 · 10,000 · 64 products.
  expect(seconds.steps).toBeCloseTo(0.157, 12);
  expect(seconds.projecting).toBeCloseTo(0.180224, 12);
  expect(seconds.matching).toBeCloseTo(0.704, 12);
  expect(seconds.total).toBeCloseTo(6 * (0.157 + 0.180224 + 0.704), 12);
  expect(bytes.features).toBe(4 * 11_000 * 256);
  expect(bytes.model).toBe(4 * (64 * 259 + 10_000 * 64));
});

it('counts what threads hold', () => {
  const of = (threads: number) => planRun(sizes, { ...speeds, threads }).bytes.peak;
  expect(of(3) - of(1)).toBe(2 * 25e6);
});

// Peaks in MB of whole processes, from `pnpm bench growth` on 26 November 2026; 10 % is what docs/performance.md claims.
it.each<[Partial<RunSizes>, number]>([
  [{ trainingRows: 30_000 }, 141],
  [{ trainingRows: 100_000 }, 258],
  [{ trainingRows: 300_000, featureCount: 64, representationSize: 16 }, 265],
  [{ representationSize: 1000 }, 174],
  [{ featureCount: 4096 }, 302],
  [{ trainingRows: 1_000_000, calibrationRows: 10_000 }, 1645],
])('foresees the memory of %o', (changes, megabytes) => {
  const { peak } = planRun({ ...sizes, ...changes }, speeds).bytes;
  expect(Math.abs(peak / 1e6 / megabytes - 1)).toBeLessThan(0.1);
});
