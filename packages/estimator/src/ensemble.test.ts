import { createRandom, matrixFromRows, rowOf, type SdmErrorCode } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.js';
import { createEnsemble } from './ensemble.js';
import { type EstimatorParts, restoreEstimator } from './sdm-estimator.js';
import { cloudModel, cloudRows } from './testing/cloud-model.js';
import { interchange } from './testing/interchange-model.js';

const kernels = createPlainKernels();
const member = (change: Partial<EstimatorParts> = {}) =>
  restoreEstimator({ ...interchange, kernels, targetAccuracy: 0.8, modelId: 'first', ...change });
const { model } = interchange;
/** Admits only at 0.9, so that the row (0, 1) with output 0.8 is not admitted. */
const strict = member({
  modelId: 'strict',
  nestedRegions: { ...interchange.nestedRegions, regions: interchange.nestedRegions.regions.slice(0, 1) },
});
/** Sees the two features the other way round. */
const turned = member({
  modelId: 'turned',
  model: {
    ...model,
    adaptor: {
      ...model.adaptor,
      classifierWeight: matrixFromRows([
        [0, 1],
        [1, 0],
      ]),
    },
  },
});
const queries = matrixFromRows([
  [2, 0],
  [0, 1],
  [4, 4],
]);

describe('createEnsemble', () => {
  it('admits what all members admit as one class, and carries what each says', async () => {
    const ensemble = createEnsemble([member(), strict]);
    const [both, one, none] = await ensemble.estimateAll(queries, { nearestCount: 2 });
    const alone = await strict.estimateAll(queries, { nearestCount: 2 });
    expect(both).toMatchObject({ admitted: true, decision: 0, members: [{ decision: 0 }, { decision: 0 }] });
    expect(one).toMatchObject({ admitted: false, reason: 'member-rejects' });
    expect(one!.members.map(({ admitted }) => admitted)).toEqual([true, false]);
    expect(none).toMatchObject({ admitted: false, reason: 'member-rejects' });
    expect([both!.members[1], one!.members[1], none!.members[1]]).toEqual(alone);
    expect(one).not.toHaveProperty('decision');
  });

  it('rejects where members disagree, whatever they admit', async () => {
    const ensemble = createEnsemble([member(), turned]);
    const estimate = await ensemble.estimate(Float32Array.of(2, 0));
    expect(estimate).toMatchObject({ admitted: false, reason: 'members-disagree' });
    expect(estimate.members.map(({ prediction }) => prediction)).toEqual([0, 1]);
    expect(estimate.members[0]!.nearestExemplars).toHaveLength(5);
  });

  it('is its only member, and gives nothing for no rows', async () => {
    const ensemble = createEnsemble([member()]);
    const estimates = await ensemble.estimateAll(queries);
    const alone = await member().estimateAll(queries);
    expect(estimates.map(({ admitted }) => admitted)).toEqual(alone.map(({ admitted }) => admitted));
    expect(await ensemble.estimateAll({ data: new Float32Array(), rows: 0, columns: 2 })).toEqual([]);
  });

  const representation = { ...model.representation, fingerprint: 'other' };
  const refused: [what: string, members: Parameters<typeof createEnsemble>[0], code: SdmErrorCode][] = [
    ['no members', [], 'empty-input'],
    [
      'another fingerprint',
      [member(), member({ modelId: 'b', model: { ...model, representation } })],
      'fingerprint-mismatch',
    ],
    [
      'other class names',
      [member(), member({ modelId: 'b', model: { ...model, classNames: ['B', 'A'] } })],
      'shape-mismatch',
    ],
    ['another target accuracy', [member(), member({ modelId: 'b', targetAccuracy: 0.9 })], 'out-of-range'],
    ['a member twice', [member(), strict, member()], 'duplicate-id'],
  ];
  it.each(refused)('refuses %s', (_, members, code) => {
    expect(() => createEnsemble(members)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses features that a member refuses', async () => {
    const ensemble = createEnsemble([member(), strict]);
    const code = (wanted: SdmErrorCode) => expect.objectContaining({ code: wanted });
    await expect(ensemble.estimate(Float32Array.of(1, Number.NaN))).rejects.toThrow(code('not-finite'));
    await expect(ensemble.estimate(Float32Array.of(1))).rejects.toThrow(code('shape-mismatch'));
    await expect(ensemble.estimate(Float32Array.of(1, 1), { fingerprint: 'x' })).rejects.toThrow(
      code('fingerprint-mismatch'),
    );
  });
});

it('follows its definition on every row of a cloud', async () => {
  const random = createRandom(9);
  const members = [];
  for (let i = 0; i < 3; i++) members.push(calibrate({ ...(await cloudModel(random)), kernels, targetAccuracy: 0.9 }));
  const ensemble = createEnsemble(members);
  const { features } = cloudRows(120, random);
  const estimates = await ensemble.estimateAll(features);
  const verdicts = new Set<string>();
  for (const [row, estimate] of estimates.entries()) {
    const each = await Promise.all(members.map((one) => one.estimate(rowOf(features, row), { nearestCount: 0 })));
    expect(estimate.members).toEqual(each);
    const decisions = new Set(each.map((one) => (one.admitted ? one.decision : 'rejected')));
    expect(estimate.admitted).toBe(decisions.size === 1 && !decisions.has('rejected'));
    verdicts.add(estimate.admitted ? 'admitted' : estimate.reason);
  }
  expect([...verdicts].toSorted()).toEqual(['admitted', 'member-rejects', 'members-disagree']);
});
