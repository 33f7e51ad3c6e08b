import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matrixFromRows } from '@sdmjs/core';
import { isStale, recalibrate, updateSupport } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { fixtureCalibration, scoreFixture } from '../testing/score-fixture.js';
import { loadModel } from './load-model.js';
import { saveModel } from './save-model.js';

const added = [
  { id: 'new-0', label: 0, features: Float32Array.of(2.5, 0), document: 'a text' },
  { id: 'new-1', label: -99, features: Float32Array.of(0, 1.5) },
];

it('keeps rows added after training, that they make the model stale, and one digest a support row', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sdmjs-'));
  const folder = join(root, 'model.sdmkitmodel');
  const sourceData = {
    schemaVersion: 1,
    featureDigestAlgorithm: 'sha256-f32le-v1',
    trainingFeatureDigests: Array.from({ length: 5 }, () => '0'.repeat(64)),
    calibrationFeatureDigests: Array.from({ length: 5 }, () => '1'.repeat(64)),
  };
  const trained = scoreFixture({ calibrationScores: fixtureCalibration(), metadata: { sourceData, note: 'kept' } });
  const updated = await updateSupport(trained, added, { fingerprint: 'scored-document-fixture-v1' });
  await saveModel(updated, folder);
  const loaded = await loadModel(folder);
  expect(loaded.model.support).toEqual(updated.model.support);
  expect(loaded.metadata).toEqual(updated.metadata);
  expect(isStale(loaded)).toBe(true);
  const digests = { trainingFeatureDigests: expect.toSatisfy((list: unknown[]) => list.length === 7) as unknown };
  expect(loaded.metadata).toMatchObject({ sourceData: digests });
  const queries = matrixFromRows([
    [2, 0],
    [0, 1.5],
    [4, 4],
  ]);
  const options = { nearestCount: 7 };
  expect(await loaded.estimateAll(queries, options)).toEqual(await updated.estimateAll(queries, options));
  await saveModel(recalibrate(loaded), folder, { overwrite: true });
  expect(isStale(await loadModel(folder))).toBe(true);
  await rm(root, { recursive: true });
});
