import { createRandom, type Example, matrixFromRows, OUT_OF_DISTRIBUTION, rowOf, type SdmErrorCode } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { explain } from './explain.js';
import { featureDigests } from './feature-digests.js';
import { recalibrate } from './recalibrate.js';
import { rescoreCalibration } from './rescore-calibration.js';
import { restoreEstimator } from './sdm-estimator.js';
import { isStale } from './support-history.js';
import { cloudModel, cloudRows } from './testing/cloud-model.js';
import { interchange } from './testing/interchange-model.js';
import { updateSupport } from './update-support.js';

const kernels = createPlainKernels();
const estimator = restoreEstimator({ ...interchange, kernels, targetAccuracy: 0.9 });
const example = (id: string, label: number, ...features: number[]): Example => ({
  id,
  label,
  features: Float32Array.from(features),
});
const added = [
  { ...example('new-0', 0, 2.5, 0), document: 'a text' },
  example('new-1', OUT_OF_DISTRIBUTION, 0, 1.5),
  example('new-2', 0, 0, 3),
];
const queries = matrixFromRows([
  [2, 0],
  [0, 1],
  [0, 0],
  [4, 4],
  [2.4, 0],
  [0, 1.4],
]);

describe('updateSupport', () => {
  it('equals a support built by hand: the adaptor is the identity, and predicts the larger feature', async () => {
    const { model } = interchange;
    const { representations, labels, predictions, ids } = model.support;
    const byHand = restoreEstimator({
      ...interchange,
      kernels,
      targetAccuracy: 0.9,
      model: {
        ...model,
        support: {
          representations: matrixFromRows([
            ...ids.map((_, i) => rowOf(representations, i)),
            [2.5, 0],
            [0, 1.5],
            [0, 3],
          ]),
          labels: Int32Array.of(...labels, 0, -99, 0),
          predictions: Int32Array.of(...predictions, 0, 1, 1),
          ids: [...ids, 'new-0', 'new-1', 'new-2'],
          documents: [...ids.map(() => undefined), 'a text', undefined, undefined],
        },
      },
    });
    const updated = await updateSupport(estimator, added);
    expect(updated.model.support).toEqual(byHand.model.support);
    const options = { nearestCount: 8 };
    expect(await updated.estimateAll(queries, options)).toEqual(await byHand.estimateAll(queries, options));
    // By hand: from (2, 0) the good rows are s1, new-0 and s0, then (0, 1) at 5; (0, 1.4) is nearest to a row of no class.
    const [near, , , , , strange] = await updated.estimateAll(queries);
    expect(near).toMatchObject({ similarity: 3, nearestDistance: 0 });
    expect(strange).toMatchObject({ similarity: 0, reason: 'out-of-distribution' });
    expect(estimator.model.support.ids).toHaveLength(5);
  });

  it('changes no estimate without rows, nor is the result stale', async () => {
    const same = await updateSupport(estimator, []);
    expect(await same.estimateAll(queries)).toEqual(await estimator.estimateAll(queries));
    expect(isStale(same)).toBe(false);
    expect([same.modelId, same.metadata]).toEqual([estimator.modelId, estimator.metadata]);
  });

  it('marks the result stale under a new id, counts what was added, and keeps all other metadata', async () => {
    const metadata = { note: 'kept', trainingRun: { schemaVersion: 1 } };
    const once = await updateSupport(restoreEstimator({ ...estimator, metadata }), added.slice(0, 1));
    const twice = await updateSupport(once, added.slice(1));
    expect([isStale(estimator), isStale(once), isStale(twice)]).toEqual([false, true, true]);
    expect(once.modelId).not.toBe(estimator.modelId);
    expect(twice.metadata).toEqual({
      ...metadata,
      supportUpdate: { stale: true, sourceModelID: once.modelId, trainedSupportCount: 5, addedCount: 3 },
    });
    expect(await explain(twice, Float32Array.of(2, 0))).toMatchObject({ isStale: true });
  });

  it('adds the digests of the rows where the model has digests, and drops digests that cannot be completed', async () => {
    const sourceData = {
      schemaVersion: 1,
      trainingFeatureDigests: ['a', 'b', 'c', 'd', 'e'],
      calibrationFeatureDigests: ['f'],
    };
    const updated = await updateSupport(restoreEstimator({ ...estimator, metadata: { sourceData } }), added);
    const digests = await featureDigests(matrixFromRows(added.map(({ features }) => features)));
    expect(updated.metadata?.['sourceData']).toEqual({
      ...sourceData,
      trainingFeatureDigests: [...sourceData.trainingFeatureDigests, ...digests!],
    });
    const odd = restoreEstimator({ ...estimator, metadata: { sourceData: { trainingFeatureDigests: 'none' } } });
    expect(Object.keys((await updateSupport(odd, added)).metadata!)).toEqual(['supportUpdate']);
  });

  it('drops documents when asked', async () => {
    const updated = await updateSupport(estimator, added, { keepDocuments: false });
    expect(updated.model.support.documents).toBeUndefined();
  });

  const refused: [what: string, rows: readonly Example[], code: SdmErrorCode, fingerprint?: string][] = [
    ['an id of the support', [example('s3', 0, 1, 1)], 'duplicate-id'],
    ['an id twice', [example('x', 0, 1, 1), example('x', 1, 1, 2)], 'duplicate-id'],
    ['an id that is equal under NFC', [example('é', 0, 1, 1), example('é', 1, 1, 2)], 'duplicate-id'],
    ['an empty id', [example('', 0, 1, 1)], 'bad-format'],
    ['another width', [example('x', 0, 1)], 'shape-mismatch'],
    ['ragged rows', [example('x', 0, 1, 1), example('y', 0, 1)], 'shape-mismatch'],
    ['NaN', [example('x', 0, 1, Number.NaN)], 'not-finite'],
    ['an infinity', [example('x', 0, 1, Number.POSITIVE_INFINITY)], 'not-finite'],
    ['a class too many', [example('x', 2, 1, 1)], 'label-out-of-range'],
    ['an unlabelled row', [example('x', -1, 1, 1)], 'label-out-of-range'],
    ['a fractional label', [example('x', 0.5, 1, 1)], 'label-out-of-range'],
    ['another fingerprint', [example('x', 0, 1, 1)], 'fingerprint-mismatch', 'other'],
    ['another fingerprint without rows', [], 'fingerprint-mismatch', 'other'],
  ];
  it.each(refused)('refuses %s', async (_, rows, code, fingerprint) => {
    await expect(updateSupport(estimator, rows, { fingerprint })).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe('calibrating after an update', async () => {
  const random = createRandom(3);
  const trained = await cloudModel(random);
  const fresh = cloudRows(40, random);
  const calibration = cloudRows(300, random);
  const examplesOf = ({ features, labels }: typeof fresh, name: string) =>
    Array.from(labels, (label, i): Example => ({ id: `${name}-${i}`, label, features: rowOf(features, i) }));
  const cloud = calibrate({ ...trained, targetAccuracy: 0.9, kernels });
  const updated = await updateSupport(cloud, examplesOf(fresh, 'fresh'), { fingerprint: 'embedding_v1' });
  const code = (wanted: SdmErrorCode) => expect.objectContaining({ code: wanted });

  it('stays stale from the rows of before, and refuses to add a calibration row', async () => {
    const again = recalibrate(updated, { alphaResolution: 0.02 });
    expect(isStale(again)).toBe(true);
    const [used] = examplesOf(calibration, 'calibration');
    await expect(updateSupport(cloud, [used!])).rejects.toThrow(code('duplicate-id'));
  });

  it('is no longer stale from rows scored anew, which give what they give as estimates', async () => {
    const rows = examplesOf(calibration, 'other');
    const rescored = await rescoreCalibration(updated, rows);
    expect(isStale(rescored)).toBe(false);
    expect(rescored).toMatchObject({
      targetAccuracy: 0.9,
      metadata: { supportUpdate: { stale: false, addedCount: 40 } },
    });
    const estimates = await rescored.estimateAll(calibration.features);
    const { calibrationScores } = rescored;
    expect(Array.from(calibrationScores!.similarities!)).toEqual(estimates.map(({ similarity }) => similarity));
    expect(Array.from(calibrationScores!.distanceQuantiles!)).toEqual(
      estimates.map(({ distanceQuantile }) => distanceQuantile),
    );
    expect(recalibrate(rescored).nestedRegions).toEqual(rescored.nestedRegions);
  });

  it('gives the first calibration again on the first rows and the first support', async () => {
    const { calibrationScores } = trained;
    const { features } = trained.calibration;
    const rows = calibrationScores.ids.map(
      (id, i): Example => ({
        id,
        label: calibrationScores.labels[i]!,
        features: rowOf(features, i),
      }),
    );
    const rescored = await rescoreCalibration(cloud, rows);
    expect(rescored.calibrationScores).toEqual(cloud.calibrationScores);
    expect(rescored.nestedRegions).toEqual(cloud.nestedRegions);
    expect(rescored.distanceScale).toEqual(cloud.distanceScale);
  });

  const unscored = restoreEstimator({ ...updated, createIndex: () => Promise.reject(new Error('scoring began')) });
  const rows = examplesOf(calibration, 'other');
  const [usedRow] = examplesOf(fresh, 'fresh');
  const refusedRows: [what: string, code: SdmErrorCode, rows: readonly Example[], options?: object][] = [
    ['no rows', 'empty-input', []],
    ['a row of the support', 'duplicate-id', [usedRow!]],
    ['an id twice', 'duplicate-id', [...rows, rows[3]!]],
    ['an empty id', 'bad-format', [{ ...rows[0]!, id: '' }]],
    ['a row of no class', 'label-out-of-range', [{ ...rows[0]!, label: OUT_OF_DISTRIBUTION }]],
    ['a label of NaN', 'label-out-of-range', [{ ...rows[0]!, label: Number.NaN }]],
    ['another fingerprint', 'fingerprint-mismatch', rows, { fingerprint: 'other' }],
    ['a target that is no rung', 'out-of-range', rows, { targetAccuracy: 0.93 }],
    ['a step of 0.5', 'out-of-range', rows, { alphaResolution: 0.5 }],
    ['an unknown requirement', 'out-of-range', rows, { requirement: 'byPrediction' }],
  ];
  it.each(refusedRows)('refuses %s before anything is scored', async (_, wanted, given, options) => {
    await expect(rescoreCalibration(unscored, given, options)).rejects.toThrow(code(wanted));
  });
});
