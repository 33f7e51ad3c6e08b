import { certifyRungs } from '@sdmjs/calibration';
import { createMatrix, createRandom, type Example, rowOf, rowsOf, type SdmErrorCode } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { certify, type FreshRows } from './certify.js';
import { evaluate } from './evaluate.js';
import type { RegionForm } from './region-form.js';
import { restoreEstimator } from './sdm-estimator.js';
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

  /** Whatever is wrong is said before anything is scored. */
  const unscored = restoreEstimator({ ...estimator, createIndex: () => Promise.reject(new Error('scoring began')) });
  const { features, labels } = fresh;
  const labelled = (label: unknown) => ({ features, labels: Array.from(labels).with(5, label as number) });
  const named = (...ids: string[]) => examplesOf((i) => ids[i] ?? `fresh-${i}`);
  const unknownLabels = [-1, -99, 2, 0.7, Number.NaN, 'x', null, undefined];
  const refused: [what: string, code: SdmErrorCode, rows: FreshRows, options?: object][] = [
    ['no examples', 'empty-input', []],
    ['no rows', 'empty-input', { features: createMatrix(0, 2), labels: [] }],
    ['too few labels', 'shape-mismatch', { features, labels: labels.subarray(1) }],
    ['an id of the support', 'duplicate-id', named('x', 'support-3')],
    ['an id of a calibration row', 'duplicate-id', named('calibration-3')],
    ['an id twice', 'duplicate-id', named('x', 'y', 'x')],
    ['an id twice under NFC', 'duplicate-id', named('é', 'e\u0301')],
    ['an empty id', 'bad-format', named('')],
    ...unknownLabels.flatMap((label): [string, SdmErrorCode, FreshRows][] => [
      [`the label ${label}`, 'label-out-of-range', labelled(label)],
      [
        `an example with the label ${label}`,
        'label-out-of-range',
        named().with(5, { ...named()[5]!, label: label as number }),
      ],
    ]),
    ['another fingerprint', 'fingerprint-mismatch', fresh, { fingerprint: 'other' }],
    ['a confidence of 1', 'out-of-range', fresh, { confidence: 1 }],
    ['an unknown correction', 'out-of-range', fresh, { correction: 'Holm' }],
    ['unknown empty groups', 'out-of-range', fresh, { emptyGroups: 'Block' }],
    ['an unknown form', 'out-of-range', fresh, { form: 'upper' }],
    ['a target of 1', 'out-of-range', fresh, { targetAccuracies: [1] }],
    ['a target twice', 'out-of-range', fresh, { targetAccuracies: [0.9, 0.9] }],
  ];
  it.each(refused)('refuses %s', async (_, code, rows, options) => {
    await expect(certify(unscored, rows, options)).rejects.toMatchObject({ code });
  });

  it('refuses an id that only NFC makes that of a support row', async () => {
    const { support } = estimator.model;
    const accented = restoreEstimator({
      ...unscored,
      model: { ...unscored.model, support: { ...support, ids: support.ids.with(0, 'é') } },
    });
    await expect(certify(accented, named('e\u0301'))).rejects.toMatchObject({ code: 'duplicate-id' });
  });

  it('stops when asked', async () => {
    const signal = AbortSignal.abort();
    await expect(certify(estimator, fresh, { signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('evaluate', () => {
  it.each(['upper', 'Lower', null])('refuses the form %s', async (form) => {
    const estimates = await estimator.estimateAll(rowsOf(fresh.features, 0, 2));
    const options = { estimates, labels: [0, 1], classCount: 2, form: form as RegionForm };
    expect(() => evaluate(options)).toThrow(expect.objectContaining({ code: 'out-of-range' }));
  });

  it.each([0, 1, Number.NaN])('refuses the target %s', async (target) => {
    const estimates = await estimator.estimateAll(rowsOf(fresh.features, 0, 2));
    const options = { estimates, labels: [0, 1], classCount: 2, targetAccuracies: [0.9, target] };
    expect(() => evaluate(options)).toThrow(expect.objectContaining({ code: 'out-of-range' }));
  });

  it.each([0.7, Number.NaN, 'x', 2, -2])('refuses the label %s', async (label) => {
    const estimates = await estimator.estimateAll(rowsOf(fresh.features, 0, 2));
    const labels = [0, label as number];
    expect(() => evaluate({ estimates, labels, classCount: 2 })).toThrow(
      expect.objectContaining({ code: 'label-out-of-range' }),
    );
  });
});
