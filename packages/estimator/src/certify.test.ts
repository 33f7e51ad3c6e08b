import { certifyRungs } from '@sdmjs/calibration';
import { createMatrix, createRandom, type Example, rowOf } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { certify } from './certify.js';
import { cloudModel, cloudRows } from './testing/cloud-model.js';

const random = createRandom(12);
const trained = await cloudModel(random);
const estimator = calibrate({ ...trained, kernels: createPlainKernels() });
const fresh = cloudRows(1200, random);

function examplesOf(ids: (row: number) => string): Example[] {
  return Array.from(fresh.labels, (label, i) => ({ id: ids(i), label, features: rowOf(fresh.features, i) }));
}

describe('certify', () => {
  it('tests the rungs that have a region on the scored fresh rows, for both forms', async () => {
    const estimates = await estimator.estimateAll(fresh.features);
    const rows = {
      labels: fresh.labels,
      predictions: Int32Array.from(estimates, ({ prediction }) => prediction),
      classCount: 2,
      targetAccuracies: estimator.nestedRegions.regions.map(({ targetAccuracy }) => targetAccuracy),
    };
    const centroid = certifyRungs({ ...rows, assignedAlphas: estimates.map(({ regionAlpha }) => regionAlpha) });
    const certification = await certify(estimator, fresh);
    expect(certification).toEqual(centroid);
    expect(certification.rungs.length).toBeGreaterThan(0);
    expect(certification.strictestCertified).not.toBeNull(); // with 1,200 rows the laxest rungs have far more than they need
    const lower = certifyRungs({ ...rows, assignedAlphas: estimates.map((estimate) => estimate.lower.regionAlpha) });
    expect(await certify(estimator, fresh, { form: 'lower' })).toEqual(lower);
  });

  it('takes examples, a confidence, a correction and rungs of its own', async () => {
    const options = { confidence: 0.9, correction: 'holm', targetAccuracies: [0.9, 0.8] } as const;
    const certification = await certify(
      estimator,
      examplesOf((i) => `fresh-${i}`),
      options,
    );
    expect(certification).toEqual(await certify(estimator, fresh, options));
    expect(certification).toMatchObject({ confidence: 0.9, correction: 'holm', rowCount: 1200 });
    expect(certification.rungs.map(({ targetAccuracy }) => targetAccuracy)).toEqual([0.9, 0.8]);
  });

  it('refuses rows that the estimator was made from, rows without a label, and what cannot be scored', async () => {
    const used = (name: string) =>
      certify(
        estimator,
        examplesOf((i) => (i === 7 ? name : `fresh-${i}`)),
      );
    await expect(used('support-3')).rejects.toMatchObject({ code: 'duplicate-id' });
    await expect(used('calibration-3')).rejects.toMatchObject({ code: 'duplicate-id' });
    const { features, labels } = fresh;
    for (const label of [-1, -99, 2]) {
      const wrong = certify(estimator, { features, labels: labels.with(5, label) });
      await expect(wrong).rejects.toMatchObject({ code: 'label-out-of-range' });
    }
    const short = certify(estimator, { features, labels: labels.subarray(1) });
    await expect(short).rejects.toMatchObject({ code: 'shape-mismatch' });
    const nobody = certify(estimator, { features: createMatrix(0, 2), labels: [] });
    await expect(nobody).rejects.toMatchObject({ code: 'empty-input' });
    const signal = AbortSignal.abort();
    await expect(certify(estimator, fresh, { signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
