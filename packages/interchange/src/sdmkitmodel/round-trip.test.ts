import { createHash } from 'node:crypto';
import { createEmpiricalCdf, matrixFromRows } from '@sdmjs/core';
import { recalibrate, type SdmEstimator } from '@sdmjs/estimator';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PackageFiles } from '../checksums.js';
import { fixtureCalibration, scoreFixture } from '../testing/score-fixture.js';
import { decodeModel } from './decode-model.js';
import { encodeModel } from './encode-model.js';

const again = async (estimator: SdmEstimator) => decodeModel(await encodeModel(estimator));
const textOf = (files: PackageFiles, name: string) => new TextDecoder().decode(files[name]);
/** An estimator without its functions. */
const partsOf = (estimator: SdmEstimator) =>
  Object.fromEntries(Object.entries(estimator).filter(([, value]) => typeof value !== 'function'));

it('writes the bytes that the Python SDK writes (digests of its fixture, reexpress-sdm 0.4.8)', async () => {
  const files = await encodeModel(scoreFixture());
  const digest = (name: string) => createHash('sha256').update(files[name]!).digest('hex');
  expect(digest('weights.f32')).toMatch(/^afefd154.*e759$/);
  expect(digest('support.f32')).toMatch(/^e72d4bca.*fd88$/);
  expect(digest('support.jsonl')).toMatch(/^6210d26a.*bda7$/);
});

it('gives back every part, with and without calibration rows', async () => {
  const metadata = { seed: 2n ** 64n - 1n, note: 'é', nested: { list: [1, null, true, 0.1] } };
  for (const calibrationScores of [fixtureCalibration(), undefined]) {
    const estimator = scoreFixture({ calibrationScores, metadata, targetAccuracy: 0.8 });
    const files = await encodeModel(estimator);
    const loaded = await decodeModel(files, { targetAccuracy: 0.8 });
    expect(partsOf(loaded)).toEqual(partsOf(estimator));
    expect(await encodeModel(loaded)).toEqual(files);
  }
});

it('keeps documents and metadata of support rows', async () => {
  const { model } = scoreFixture();
  const support = {
    ...model.support,
    labels: Int32Array.of(0, 0, 1, 1, -99),
    documents: ['a text', undefined, '', undefined, '“quoted”'],
    metadata: [undefined, { page: 3, key: 9007199254740993n }, undefined, undefined, {}],
  };
  const loaded = await again(scoreFixture({ model: { ...model, support } }));
  expect(loaded.model.support).toEqual(support);
});

it('gives back weights, vectors, distributions and thresholds bit for bit', async () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const list = (length: number) => fc.array(float, { minLength: length, maxLength: length });
  const parts = fc.record({ weights: list(4), biases: list(2), vectors: list(10), distances: fc.array(float) });
  await fc.assert(
    fc.asyncProperty(parts, async ({ weights, biases, vectors, distances }) => {
      const { model } = scoreFixture();
      const rows = (values: number[]) =>
        matrixFromRows([0, 2, 4, 6, 8].map((i) => values.slice(i, i + 2)).filter((row) => row.length > 0));
      const cdf = createEmpiricalCdf(distances.map(Math.abs));
      const estimator = scoreFixture({
        model: {
          ...model,
          adaptor: { ...model.adaptor, projectionWeight: rows(weights), projectionBias: Float32Array.from(biases) },
          support: { ...model.support, representations: rows(vectors) },
        },
        distanceScale: { byClass: [cdf, cdf] },
      });
      expect(partsOf(await again(estimator))).toEqual(partsOf(estimator));
    }),
    { numRuns: 30 },
  );
});

it('writes a manifest as the Python SDK lays it out', async () => {
  const files = await encodeModel(scoreFixture({ calibrationScores: fixtureCalibration() }));
  const manifest = textOf(files, 'manifest.json');
  expect(manifest).toMatch(/^\{\n {2}"schemaVersion": 1,\n {2}"modelID": "python-score-interchange-v1",\n/);
  expect(manifest.endsWith('}\n')).toBe(true);
  expect(textOf(files, 'calibration.jsonl')).toContain('"d0":1.0000000200408773e+20,"d":0.25,');
});

it('leaves digests out of a manifest that is longer than readers take, and says so', async () => {
  const long = '0'.repeat(2 ** 26);
  const leftOut: string[] = [];
  const metadata = { note: 'kept', sourceData: { trainingFeatureDigests: [long] } };
  const files = await encodeModel(scoreFixture({ metadata }), { onLeftOut: (parts) => leftOut.push(...parts) });
  expect(leftOut).toEqual(['sourceData']);
  expect((await decodeModel(files)).metadata).toEqual({ note: 'kept' });
  await expect(encodeModel(scoreFixture({ metadata: { note: long } }))).rejects.toEqual(
    expect.objectContaining({ code: 'out-of-range' }),
  );
});

it('recalibrates from the rows of the file, and says when there are none', async () => {
  const calibrated = recalibrate(await again(scoreFixture({ calibrationScores: fixtureCalibration() })));
  expect(calibrated.modelId).not.toBe('python-score-interchange-v1');
  const bare = await again(scoreFixture());
  expect(() => recalibrate(bare)).toThrowError(expect.objectContaining({ code: 'not-calibrated' }));
});
