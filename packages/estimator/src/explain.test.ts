import { admits } from '@sdmjs/calibration';
import { createRandom, rowOf } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { explain } from './explain.js';
import { restoreEstimator } from './sdm-estimator.js';
import { cloudModel, cloudRows } from './testing/cloud-model.js';
import { interchange } from './testing/interchange-model.js';

const kernels = createPlainKernels();
const estimator = restoreEstimator({ ...interchange, kernels, targetAccuracy: 0.9 });

describe('explain, on the interchange model of reexpress-sdm 0.4.8', () => {
  it('compares an admitted row with the region that admits it, by its stored numbers', async () => {
    const explained = await explain(estimator, Float32Array.of(2, 0));
    expect(explained).toMatchObject({ modelId: 'python-score-interchange-v1', classNames: ['A', 'B'] });
    expect(explained.estimate).toMatchObject({ admitted: true, decision: 0, similarity: 2, distanceQuantile: 1 });
    expect(explained.estimate.magnitude).toBe(2);
    expect(explained.deciding).toMatchObject({ targetAccuracy: 0.9, minRescaledSimilarity: 1, admits: true });
    expect(explained.missing).toEqual([]);
    // The fourth and fifth numbers are the stored probabilities of the row; 1e-6 is the tolerance of the stored scores.
    const got = explained.deciding!.conditions.map((condition) => condition.got);
    [2, 2, 0.9411764740943909, 0.05882352963089943].forEach((wanted, i) => {
      expect(Math.abs(got[i]! - wanted)).toBeLessThanOrEqual(1e-6);
    });
    expect(explained.deciding!.conditions.map(({ kind }) => kind)).toEqual([
      'in-distribution',
      'similar-enough',
      'predicted-class',
      'other-class',
    ]);
  });

  it('says what a row below the target lacks: the output 0.8 where 0.9 is wanted', async () => {
    const { estimate, deciding, missing, regions } = await explain(estimator, Float32Array.of(0, 1));
    expect(estimate).toMatchObject({ admitted: false, reason: 'below-target', regionAlpha: 0.8 });
    expect(deciding).toMatchObject({ targetAccuracy: 0.9, isSufficient: true, admits: false });
    expect(missing).toMatchObject([
      { kind: 'predicted-class', label: 1, comparison: 'at-least', wanted: Math.fround(0.9) },
    ]);
    expect(Math.abs(missing[0]!.got - 0.800000011920929)).toBeLessThanOrEqual(1e-6);
    expect(regions.map(({ isSufficient, admits: isAdmitted }) => [isSufficient, isAdmitted])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('says of a row out of distribution that q itself holds q′ down', async () => {
    const { estimate, missing } = await explain(estimator, Float32Array.of(4, 4));
    expect(estimate).toMatchObject({ admitted: false, reason: 'out-of-distribution' });
    expect(missing.map(({ kind, limitedBy }) => [kind, limitedBy])).toEqual([
      ['in-distribution', 'similarity'],
      ['similar-enough', 'similarity'],
      ['predicted-class', undefined],
    ]);
  });

  it('names the exemplar that broke the run, also beyond those shown', async () => {
    const { run, estimate } = await explain(estimator, Float32Array.of(2, 0), { nearestCount: 1 });
    expect(estimate.nearestExemplars.map(({ id }) => id)).toEqual(['s1']);
    expect(run).toMatchObject({ kind: 'exemplar', exemplar: { id: 's2', label: 1 }, reason: 'other-class' });
    const nearest = await explain(estimator, Float32Array.of(4, 4));
    expect(nearest.run).toMatchObject({ exemplar: { id: 's4', label: 1, prediction: 0 }, reason: 'wrongly-predicted' });
  });

  it('explains an estimate as far as it shows exemplars', async () => {
    const features = Float32Array.of(2, 0);
    const whole = await estimator.estimate(features);
    expect(await explain(estimator, whole)).toEqual(await explain(estimator, features));
    const short = await estimator.estimate(features, { nearestCount: 2 });
    expect((await explain(estimator, short)).run).toEqual({ kind: 'not-shown', shownCount: 2 });
  });

  it('tells a label of no class, the cap, and a support that is good throughout from each other', async () => {
    const { model } = interchange;
    const strange = { ...model.support, labels: Int32Array.of(0, -99, 0, 0, 0) };
    const withStrange = restoreEstimator({ ...interchange, kernels, model: { ...model, support: strange } });
    expect((await explain(withStrange, Float32Array.of(1, 0))).run).toMatchObject({
      exemplar: { id: 's1', label: -99 },
      reason: 'out-of-distribution-label',
    });
    const good = { ...model.support, labels: new Int32Array(5), predictions: new Int32Array(5) };
    const all = restoreEstimator({ ...interchange, kernels, model: { ...model, support: good, maxSimilarity: 9 } });
    const one = Float32Array.of(1, 0);
    expect((await explain(all, one)).run).toEqual({ kind: 'support-exhausted', supportCount: 5 });
    expect((await explain(all, one, { exclusion: 0 })).run).toEqual({ kind: 'support-exhausted', supportCount: 4 });
    const capped = restoreEstimator({ ...interchange, kernels, model: { ...model, support: good, maxSimilarity: 3 } });
    expect((await explain(capped, one)).run).toEqual({ kind: 'cap', maxSimilarity: 3 });
    expect((await explain(capped, one, { exclusion: 0 })).run).toEqual({ kind: 'cap', maxSimilarity: 2 });
  });

  it('has no deciding region where the estimator has none at its target, and survives JSON', async () => {
    const nestedRegions = { ...interchange.nestedRegions, regions: interchange.nestedRegions.regions.slice(1) };
    const lax = restoreEstimator({ ...interchange, kernels, nestedRegions, targetAccuracy: 0.9 });
    const explained = await explain(lax, Float32Array.of(2, 0));
    expect(explained).toMatchObject({ deciding: null, missing: [], estimate: { reason: 'below-target' } });
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
    const bare = restoreEstimator({ ...interchange, kernels, nestedRegions: { alphaResolution: 0.1, regions: [] } });
    expect(await explain(bare, Float32Array.of(2, 0))).toMatchObject({ deciding: null, regions: [] });
  });

  it('refuses what estimate refuses', async () => {
    const code = (wanted: string) => expect.objectContaining({ code: wanted });
    await expect(explain(estimator, Float32Array.of(1))).rejects.toThrow(code('shape-mismatch'));
    await expect(explain(estimator, Float32Array.of(1, Number.NaN))).rejects.toThrow(code('not-finite'));
  });
});

it('agrees with the region test and with the verdict on every row of a cloud', async () => {
  const random = createRandom(5);
  const cloud = calibrate({ ...(await cloudModel(random)), kernels, targetAccuracy: 0.9 });
  const { features } = cloudRows(150, random);
  const { outOfDistributionLimit } = cloud.model;
  const verdicts = new Set<string>();
  for (let row = 0; row < features.rows; row++) {
    const { estimate, regions, deciding, missing, run } = await explain(cloud, rowOf(features, row), {
      nearestCount: 0,
    });
    regions.forEach((comparison, i) => {
      const region = cloud.nestedRegions.regions[i]!;
      expect(comparison.admits).toBe(admits(region, estimate, { outOfDistributionLimit }));
    });
    expect(missing.length === 0).toBe(estimate.admitted);
    if (estimate.admitted) expect(deciding!.targetAccuracy).toBe(estimate.regionAlpha);
    const shown = (await cloud.estimate(rowOf(features, row), { nearestCount: 200 })).nearestExemplars;
    const firstBad = shown.find(({ isGood }) => !isGood);
    if (run.kind === 'exemplar') expect(run.exemplar).toEqual(firstBad);
    verdicts.add(estimate.admitted ? 'admitted' : estimate.reason);
    verdicts.add(run.kind);
  }
  expect([...verdicts].toSorted()).toEqual(expect.arrayContaining(['admitted', 'cap', 'exemplar']));
});
