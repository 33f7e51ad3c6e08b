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
  // By hand: 157 steps; 11,000 · 256 · 64 products; and (.64 · 10,000 + 1000) · 10,000 · 64, as training rows are matched to each other.
  expect(seconds.steps).toBeCloseTo(0.157, 12);
  expect(seconds.projecting).toBeCloseTo(0.180224, 12);
  expect(seconds.matching).toBeCloseTo(0.4736, 12);
  expect(seconds.total).toBeCloseTo(6 * (0.157 + 0.180224 + 0.4736), 12);
  expect(bytes.features).toBe(4 * 11_000 * 256);
});

it('counts copies of the support while the model is saved', () => {
  const { bytes } = planRun(sizes, speeds);
  // By hand: the support four times, 1,010 bytes a row; weights and what is there anyway.
  const model = 4 * 4 * 10_000 * 64 + 1010 * 11_000;
  expect(bytes.saving - bytes.features - model).toBe(8 * 4 * 64 * 259 + 90e6);
});

it('counts what threads hold', () => {
  const of = (threads: number) => planRun(sizes, { ...speeds, threads }).bytes.peak;
  // Themselves, and what they know of the rows that are matched to each other.
  expect(of(3) - of(1)).toBe(2 * (25e6 + 20 * 10_000 + 3e6));
});

it('counts every pair of training rows where they are too many to be matched to each other', () => {
  const of = (trainingRows: number) => {
    const { seconds, bytes } = planRun({ ...sizes, trainingRows, calibrationRows: 1, featureCount: 64 }, speeds);
    return { seconds: seconds.matching / (64 * trainingRows ** 2), bytes: bytes.peak / trainingRows };
  };
  // 5 · 10¹² products are those of 279,508 rows.
  const [together, apart] = [of(279_000), of(280_000)];
  expect(together.seconds / apart.seconds).toBeCloseTo(0.64, 4);
  expect(together.bytes - apart.bytes).toBeGreaterThan(2 * 64);
});

// Peaks in MB of whole processes, points of `pnpm bench growth` on 26 November 2026; 10 % is what docs/performance.md claims.
it.each<[Partial<RunSizes>, number]>([
  [{}, 117],
  [{ trainingRows: 30_000 }, 141],
  [{ trainingRows: 100_000 }, 268],
  [{ trainingRows: 10_000, featureCount: 64, representationSize: 16 }, 100],
  [{ trainingRows: 30_000, featureCount: 64, representationSize: 16 }, 106],
  [{ trainingRows: 100_000, featureCount: 64, representationSize: 16 }, 175],
  [{ trainingRows: 300_000, featureCount: 64, representationSize: 16 }, 293],
  [{ representationSize: 16 }, 110],
  [{ representationSize: 1000 }, 165],
  [{ featureCount: 64 }, 114],
  [{ featureCount: 1024 }, 146],
  [{ featureCount: 4096 }, 312],
  [{ classCount: 8 }, 124],
  [{ classCount: 32 }, 119],
  [{ classCount: 128 }, 115],
  [{ trainingRows: 1_000_000, calibrationRows: 10_000 }, 1645],
])('foresees the memory of %o', (changes, megabytes) => {
  const { peak } = planRun({ ...sizes, ...changes }, speeds).bytes;
  expect(Math.abs(peak / 1e6 / megabytes - 1)).toBeLessThan(0.1);
});
