import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { requireRoom } from './require-room.js';

const root = mkdtempSync(join(tmpdir(), 'sdm-room-'));
afterAll(() => rmSync(root, { recursive: true }));

const rowsOf = (count: number, document?: string) => ({
  ids: Array.from({ length: count }, (_, i) => `row-${i}`),
  documents: Array.from({ length: count }, () => document),
});
const sizes = {
  trainingRows: 100,
  calibrationRows: 300,
  featureCount: 99,
  representationSize: 10,
  classCount: 2,
  batchSize: 64,
  epochs: 3,
  rounds: 1,
};
const WEIGHTS = 4 * (10 * 100 + 2 * 11);

/** Whether a run with so much room is refused, and how. */
function refusal(
  free: number | undefined,
  {
    document,
    isResumed = false,
    ...given
  }: Partial<{ document: string; isResumed: boolean; checkpoint: string; doNotShuffleData: boolean }> = {},
) {
  const options = { output: join(root, 'model'), alphaResolution: 0.05, ...given };
  const run = { options, sizes, training: rowsOf(100, document), calibration: rowsOf(300, document), isResumed };
  return requireRoom(run, { freeBytes: () => Promise.resolve(free) }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

const VECTORS = 4 * 10 * 200;

it('refuses what will not fit, and only that', async () => {
  expect(await refusal(WEIGHTS + VECTORS)).toBe(
    `${root} has room for 0.0 MB, and the model will take 0.0 MB or more; make room there, or choose another path`,
  );
  expect(await refusal(WEIGHTS + VECTORS + 5000)).toBeUndefined();
  expect(await refusal(undefined)).toBeUndefined();
});

it('counts the support rows of given splits, and texts', async () => {
  expect(await refusal(WEIGHTS + VECTORS / 2 + 1000, { doNotShuffleData: true })).toBeUndefined();
  expect(await refusal(WEIGHTS + VECTORS + 5000, { document: 'long '.repeat(100) })).toMatch(/and the model will take/);
  expect(await refusal(WEIGHTS + VECTORS + 200 * 520, { document: 'long '.repeat(100) })).toBeUndefined();
});

it('counts the checkpoint where it is not there yet', async () => {
  const checkpoint = join(root, 'run');
  const enough = 4 * WEIGHTS + VECTORS + 5000;
  expect(await refusal(enough, { checkpoint })).toBeUndefined();
  expect(await refusal(enough - 5000, { checkpoint })).toMatch(/the model and the checkpoint will take/);
  expect(await refusal(enough - 5000, { checkpoint, isResumed: true })).toBeUndefined();
});
