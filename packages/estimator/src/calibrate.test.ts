import { createMatrix, createRandom, type Matrix, rowOf, SdmError, type SdmErrorCode, selectRows } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { createEnsemble } from './ensemble.js';
import { evaluate } from './evaluate.js';
import { explain } from './explain.js';
import { recalibrate } from './recalibrate.js';
import { restoreEstimator, type SdmEstimator } from './sdm-estimator.js';
import { cloudModel, cloudRows } from './testing/cloud-model.js';

const random = createRandom(11);
const kernels = createPlainKernels();
const trained = await cloudModel(random);
const test = cloudRows(600, random);

async function codeOf(run: () => Promise<unknown>): Promise<SdmErrorCode | undefined> {
  return run().then(
    () => undefined,
    (error: unknown) => (SdmError.is(error) ? error.code : undefined),
  );
}

describe('calibrate', () => {
  const estimator = calibrate({ ...trained, targetAccuracy: 0.9, kernels });

  it('finds regions whose admitted test rows are more often right than all rows', async () => {
    const estimates = await estimator.estimateAll(test.features);
    const report = evaluate({ estimates, labels: test.labels, classCount: 2, targetAccuracies: [0.9] });
    const admitted = estimates.filter((estimate) => estimate.admitted);
    expect(admitted.length).toBeGreaterThan(100);
    const right = estimates.filter((estimate, i) => estimate.admitted && estimate.decision === test.labels[i]).length;
    // Three standard errors of a share of 0.9 in at least 100 rows.
    expect(right / admitted.length).toBeGreaterThan(0.9 - 0.09);
    expect(report.byTargetAccuracy[0]!.report.admittedCount).toBe(admitted.length);
    expect(report.noReject.admittedCount).toBe(600);
    expect(report.rejectedCount).toBe(estimates.filter(({ regionAlpha }) => regionAlpha === 0).length);
  });

  it('scores its own calibration rows as they were cached', async () => {
    const { calibrationScores } = trained;
    expect(estimator.rescaledSimilarityCdfs.map(({ sorted }) => sorted.length)).toEqual([200, 200]);
    expect(calibrationScores.distanceQuantiles.every((d) => d >= 0 && d <= 1)).toBe(true);
    expect(estimator.nestedRegions.regions.length).toBeGreaterThan(0);
  });

  it('gives one row the same estimate alone, in a batch, and again', async () => {
    const all = await estimator.estimateAll(test.features);
    const alone = await estimator.estimate(rowOf(test.features, 417), { nearestCount: 0 });
    expect(alone).toEqual(all[417]);
    expect(await estimator.estimateAll(test.features)).toEqual(all);
  });

  it('reports progress, and stops when asked', async () => {
    const completed: number[] = [];
    const rows = selectRows(
      test.features,
      Array.from({ length: 1100 }, (_, i) => i % 600),
    );
    await estimator.estimateAll(rows, { onProgress: (progress) => completed.push(progress.completed) });
    expect(completed).toEqual([1024, 1100]);
    const stopped = estimator.estimateAll(test.features, { signal: AbortSignal.abort() });
    expect(await codeOf(() => stopped)).toBe('aborted');
  });

  it('gives no estimate for no rows', async () => {
    expect(await estimator.estimateAll(createMatrix(0, 2))).toEqual([]);
  });

  it('refuses what does not fit, with a code', async () => {
    const row = Float32Array.of(1, 2);
    expect(await codeOf(() => estimator.estimate(Float32Array.of(1)))).toBe('shape-mismatch');
    expect(await codeOf(() => estimator.estimate(Float32Array.of(1, Number.NaN)))).toBe('not-finite');
    expect(await codeOf(() => estimator.estimate(row, { fingerprint: 'other' }))).toBe('fingerprint-mismatch');
    expect(await codeOf(() => estimator.estimate(row, { fingerprint: '' }))).toBe('fingerprint-mismatch');
    expect(await codeOf(() => estimator.estimate(row, { fingerprint: 'embedding_v1' }))).toBeUndefined();
    expect(await codeOf(() => estimator.estimate(row, { exclusion: 200 }))).toBe('out-of-range');
    expect(await codeOf(() => estimator.estimate(row, { nearestCount: -1 }))).toBe('out-of-range');
  });

  it.each([Number.NaN, 2 ** 32, 1.5, -2, 200, '0', null])(
    'refuses to leave out support row %s, and names it',
    async (value) => {
      const row = Float32Array.of(1, 2);
      const exclusion = value as number;
      const refusal = expect.objectContaining({
        code: 'out-of-range',
        message: expect.stringContaining(`support row ${value};`) as string,
      });
      await expect(estimator.estimate(row, { exclusion })).rejects.toThrow(refusal);
      await expect(explain(estimator, row, { exclusion })).rejects.toThrow(refusal);
      const estimate = await estimator.estimate(row);
      await expect(explain(estimator, estimate, { exclusion })).rejects.toThrow(refusal);
    },
  );

  it('leaves out no row for -1, and the last for its number', async () => {
    const row = Float32Array.of(1, 2);
    expect(await estimator.estimate(row, { exclusion: -1 })).toEqual(await estimator.estimate(row));
    const { nearestExemplars } = await estimator.estimate(row, { exclusion: 199, nearestCount: 200 });
    expect(nearestExemplars.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...Array(199).keys()]);
  });

  it.each<[unknown]>([[[1, 2]], [Float64Array.of(1, 2)], ['1, 2'], [undefined]])(
    'refuses features that are no Float32Array: %s',
    async (value) => {
      const row = value as Float32Array;
      const ensemble = createEnsemble([estimator]);
      const refusal = expect.objectContaining({ code: 'bad-format' });
      await expect(estimator.estimate(row)).rejects.toThrow(refusal);
      await expect(estimator.estimateAll({ data: row, rows: 1, columns: 2 })).rejects.toThrow(refusal);
      await expect(estimator.estimateAll(value as Matrix)).rejects.toThrow(refusal);
      await expect(ensemble.estimate(row)).rejects.toThrow(refusal);
    },
  );

  it('takes a target accuracy on the ladder only, and names the nearest', () => {
    expect(() => calibrate({ ...trained, targetAccuracy: 0.93 })).toThrow(/the nearest are 0.95 and 0.9/);
    expect(calibrate(trained).targetAccuracy).toBe(0.95);
    expect(calibrate({ ...trained, alphaResolution: 0.1 }).targetAccuracy).toBe(0.9);
    expect(calibrate({ ...trained, alphaResolution: 0.02 }).targetAccuracy).toBe(0.96);
  });
});

describe('recalibrate', () => {
  const estimator = calibrate({ ...trained, kernels });

  it('gives the same regions at the same resolution, under a new id that names its source', () => {
    const again = recalibrate(estimator);
    expect(again.nestedRegions).toEqual(estimator.nestedRegions);
    expect(again.modelId).not.toBe(estimator.modelId);
    expect(again.metadata).toMatchObject({
      recalibration: { sourceModelID: estimator.modelId },
      workbenchRecalibration: { trainingModelID: estimator.modelId, calibrationCount: 400 },
    });
    expect(recalibrate(again).metadata).toMatchObject({
      workbenchRecalibration: { trainingModelID: estimator.modelId },
    });
  });

  it('equals a calibration at the new resolution', () => {
    const finer = recalibrate(estimator, { alphaResolution: 0.01, targetAccuracy: 0.93 });
    expect(finer.nestedRegions).toEqual(calibrate({ ...trained, alphaResolution: 0.01 }).nestedRegions);
    expect(finer.targetAccuracy).toBe(0.93);
  });

  it('keeps the requirement of the regions, also through the metadata that files hold, unless given another', () => {
    const requirement = 'byLabelAndPrediction';
    const demanding = calibrate({ ...trained, alphaResolution: 0.01, requirement });
    expect(demanding.nestedRegions).not.toEqual(calibrate({ ...trained, alphaResolution: 0.01 }).nestedRegions);
    expect(estimator.metadata).toBeUndefined();
    const again = recalibrate(restoreEstimator(demanding));
    expect(again.nestedRegions).toEqual(demanding.nestedRegions);
    const back = recalibrate(again, { requirement: 'byLabel' });
    expect(back.nestedRegions).toEqual(calibrate({ ...trained, alphaResolution: 0.01 }).nestedRegions);
    expect(recalibrate(back).nestedRegions).toEqual(back.nestedRegions);
  });

  it('refuses an estimator that kept no calibration rows', () => {
    const bare: SdmEstimator = restoreEstimator({ ...estimator, calibrationScores: undefined });
    expect(() => recalibrate(bare)).toThrow(expect.objectContaining({ code: 'not-calibrated' }));
  });
});

describe('estimateAll', () => {
  it('gives every row the same estimate in any order of the rows', async () => {
    const estimator = calibrate({ ...trained, kernels });
    const rows = selectRows(
      test.features,
      Int32Array.from({ length: 40 }, (_, i) => i),
    );
    const inOrder = await estimator.estimateAll(rows);
    const orders = fc.shuffledSubarray(inOrder.map((_, i) => i));
    const property = fc.asyncProperty(orders, async (order) => {
      const estimates = await estimator.estimateAll(selectRows(rows, order));
      expect(estimates).toEqual(order.map((row) => inOrder[row]));
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });
});
