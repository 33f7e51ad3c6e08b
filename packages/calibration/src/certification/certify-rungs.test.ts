import { createRandom, type SdmErrorCode } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../metrics/binomial-interval.js';
import type { CertificationOptions } from './certification-options.js';
import { type CertificationRows, certifyRungs } from './certify-rungs.js';
import { upperTail } from './group-bounds.js';

/** Two classes; `cells` counts rows by [label, prediction, assigned alpha, count]. */
function rowsOf(
  cells: readonly (readonly [label: number, prediction: number, alpha: number, count: number])[],
  targetAccuracies: readonly number[],
): CertificationRows {
  const column = (pick: 0 | 1 | 2) => cells.flatMap((cell) => Array.from({ length: cell[3] }, () => cell[pick]));
  return {
    labels: Int32Array.from(column(0)),
    predictions: Int32Array.from(column(1)),
    assignedAlphas: column(2),
    classCount: 2,
    targetAccuracies,
  };
}

const allRight = (count: number) =>
  rowsOf(
    [
      [0, 0, 0.95, count],
      [1, 1, 0.95, count],
    ],
    [0.95],
  );

describe('certifyRungs, one rung', () => {
  it('needs 59 right answers without a mistake in each group for .95 at 95 %, since .95^59 < .05 < .95^58', () => {
    expect(certifyRungs(allRight(59)).rungs[0]).toMatchObject({ outcome: 'certified', shortage: null, unclaimed: [] });
    const [rung] = certifyRungs(allRight(58)).rungs;
    expect(rung).toMatchObject({ outcome: 'not-enough-rows', admittedCount: 116 });
    expect(rung!.pValue).toBeCloseTo(0.95 ** 58, 12); // the closed form, in double precision
    // One group needs 58.4 rows, so 0.8 of a row in all is missing.
    expect(rung!.shortage).toEqual({ reason: 'too-few-rows', additionalRows: 1 });
  });

  it('has the exact one-sided bounds of Clopper and Pearson, and certifies exactly when every lower bound reaches the target', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(60), fc.nat(4), fc.nat(4), fc.nat(60)),
        fc.constantFrom(0.55, 0.7, 0.9),
        ([a, b, c, d], target) => {
          fc.pre(a + b + c + d > 0);
          const cells = [
            [0, 0, target, a],
            [0, 1, target, b],
            [1, 0, target, c],
            [1, 1, target, d],
          ] as const;
          const [rung] = certifyRungs(rowsOf(cells, [target]), { confidence: 0.9 }).rungs;
          for (const { admitted, correct, lower, upper } of rung!.groups.filter((group) => group.admitted > 0)) {
            // Same functions of two-sided intervals at 1 − 2 · level; 1e-9 for the rounding of the level. 4 groups share the upper level.
            expect(lower).toBeCloseTo(binomialInterval(correct, admitted, 0.8).lower, 9);
            expect(upper).toBeCloseTo(binomialInterval(correct, admitted, 0.95).upper, 9);
          }
          const reached = rung!.groups.every(({ lower }) => lower >= target);
          expect(rung!.outcome === 'certified').toBe(reached);
          expect(rung!.outcome === 'refuted').toBe(rung!.groups.some(({ upper }) => upper < target));
        },
      ),
    );
  });

  it('is wrong about a group just under its target in no more than δ of the samples, for every size: summed exactly', () => {
    for (const target of [0.55, 0.8, 0.95]) {
      for (let admitted = 1; admitted <= 250; admitted++) {
        let certified = 0;
        let logTerm = admitted * Math.log(target);
        for (let correct = admitted; correct >= 0 && upperTail(correct, admitted, target) <= 0.05; correct--) {
          certified += Math.exp(logTerm);
          logTerm += Math.log((correct / (admitted - correct + 1)) * (1 / target - 1));
        }
        expect(certified).toBeLessThanOrEqual(0.05 + 1e-12); // rounding of 250 terms
      }
    }
  });

  it('takes assigned alphas from files, which are exact to 1e-9', () => {
    const rows = allRight(59);
    const assignedAlphas = Array.from(rows.labels, () => 0.95 - 5e-10);
    expect(certifyRungs({ ...rows, assignedAlphas }).rungs[0]!.outcome).toBe('certified');
  });

  it('refutes when an upper bound that holds for all groups at once is under the target', () => {
    const rows = rowsOf(
      [
        [0, 0, 0.95, 200],
        [1, 1, 0.95, 160],
        [1, 0, 0.95, 40],
      ],
      [0.95],
    );
    const [rung] = certifyRungs(rows).rungs;
    expect(rung!.outcome).toBe('refuted');
    expect(rung!.groups.filter(({ upper }) => upper < 0.95)).toMatchObject([
      { by: 'label', class: 1, admitted: 200, correct: 160 },
      { by: 'prediction', class: 0, admitted: 240, correct: 200 },
    ]);
    expect(rung!.shortage).toEqual({ reason: 'accuracy-at-or-below-target', additionalRows: Infinity });
  });

  it('sees no hope in an accuracy at the target, and does not refute it', () => {
    const rows = rowsOf(
      [
        [0, 0, 0.9, 90],
        [0, 1, 0.9, 10],
        [1, 1, 0.9, 900],
      ],
      [0.9],
    );
    expect(certifyRungs(rows).rungs[0]).toMatchObject({
      outcome: 'not-enough-rows',
      shortage: { reason: 'accuracy-at-or-below-target', additionalRows: Infinity },
    });
  });

  it('asks for as many rows as do, when the shares and accuracies stay', () => {
    const cells = (times: number) =>
      [
        [0, 0, 0.9, 38 * times],
        [0, 1, 0.9, 2 * times],
        [1, 1, 0.9, 100 * times],
        [1, 1, 0, 60 * times],
      ] as const;
    const { rungs, rowCount } = certifyRungs(rowsOf(cells(1), [0.9]));
    const wanted = rungs[0]!.shortage!.additionalRows!;
    const times = Math.ceil((rowCount + wanted) / rowCount);
    expect(rungs[0]!.shortage!.reason).toBe('too-few-rows');
    expect(certifyRungs(rowsOf(cells(times), [0.9])).rungs[0]!.outcome).toBe('certified');
    expect(certifyRungs(rowsOf(cells(times - 1), [0.9])).rungs[0]!.outcome).toBe('not-enough-rows');
  });

  it('gives up counting where more than a thousand million rows would be needed', () => {
    const rows = rowsOf(
      [
        [0, 0, 0.8, 100],
        [1, 1, 0.8, 100],
      ],
      [0.99999999999],
    );
    expect(certifyRungs({ ...rows, assignedAlphas: rows.labels.map(() => 1) }).rungs[0]!.shortage).toEqual({
      reason: 'too-few-rows',
      additionalRows: Infinity,
    });
  });

  it('does not certify over an empty group, unless told to leave it out of the claim and say so', () => {
    const rows = rowsOf(
      [
        [0, 0, 0.95, 100],
        [1, 1, 0, 100],
      ],
      [0.95],
    );
    expect(certifyRungs(rows).rungs[0]).toMatchObject({
      outcome: 'not-enough-rows',
      pValue: 1,
      shortage: { reason: 'empty-group', additionalRows: null },
      unclaimed: [],
    });
    expect(certifyRungs(rows, { emptyGroups: 'unclaimed' }).rungs[0]).toMatchObject({
      outcome: 'certified',
      unclaimed: [
        { by: 'label', class: 1 },
        { by: 'prediction', class: 1 },
      ],
    });
    const nobody = rowsOf([[0, 0, 0, 100]], [0.95]);
    expect(certifyRungs(nobody, { emptyGroups: 'unclaimed' }).rungs[0]).toMatchObject({
      outcome: 'not-enough-rows',
      admittedCount: 0,
      unclaimed: [],
    });
  });
});

const oneRow = { labels: Int32Array.of(0), predictions: Int32Array.of(0) };

describe('certifyRungs, several rungs', () => {
  const ladder = [0.7, 0.95, 0.9, 0.8];
  /** .95 passes on its own, .9 has a weak class 0, .8 and .7 pass. */
  const rows = rowsOf(
    [
      [0, 0, 0.95, 95],
      [1, 1, 0.95, 300],
      [0, 1, 0.9, 8],
      [0, 0, 0.8, 60],
    ],
    ladder,
  );

  it('goes from the laxest to the strictest and stops at the first that fails', () => {
    const { rungs, strictestCertified } = certifyRungs(rows);
    expect(rungs.map(({ targetAccuracy, outcome }) => [targetAccuracy, outcome])).toEqual([
      [0.95, 'not-enough-rows'],
      [0.9, 'not-enough-rows'],
      [0.8, 'certified'],
      [0.7, 'certified'],
    ]);
    expect(strictestCertified).toBe(0.8);
    expect(rungs[0]!.pValue).toBeLessThan(0.05);
    expect(rungs[0]!.adjustedPValue).toBe(rungs[1]!.pValue);
    expect(rungs[0]!.shortage).toEqual({ ...rungs[1]!.shortage, reason: 'laxer-rung' });
  });

  it('takes any order with Holm, each step at its own level', () => {
    const { rungs } = certifyRungs(rows, { correction: 'holm' });
    expect(rungs.map(({ outcome }) => outcome)).toEqual(['certified', 'not-enough-rows', 'certified', 'certified']);
    const sorted = rungs.map(({ pValue }) => pValue).sort((a, b) => a - b);
    const steps = sorted.map((p, i) => Math.min(1, (4 - i) * p)); // increasing here
    expect(rungs.map(({ adjustedPValue }) => adjustedPValue).sort((a, b) => a - b)).toEqual(steps);
  });

  it('keeps the chance of any wrong certificate at δ where the laxest false rung is at the very edge: 1,000 draws', () => {
    const random = createRandom(5);
    const wrong = { fixedSequence: 0, holm: 0 };
    const cell = (probability: number, size: number) =>
      Array.from({ length: size }, () => Number(random.nextDouble() < probability)).reduce((a, b) => a + b, 0);
    for (let draw = 0; draw < 1000; draw++) {
      // Class 0 is right in exactly .9 of its admitted rows, the largest accuracy that is not more than the target; class 1 always.
      const right = cell(0.9, 150);
      const cells = [
        [0, 0, 0.9, right],
        [0, 1, 0.9, 150 - right],
        [1, 1, 0.9, 400],
      ] as const;
      for (const correction of ['fixedSequence', 'holm'] as const) {
        const { rungs } = certifyRungs(rowsOf(cells, [0.9, 0.5]), { correction });
        if (rungs[0]!.outcome === 'certified') wrong[correction]++;
      }
    }
    // δ = .05 and three binomial standard errors of 1,000 draws; not far below it either, so the level is used.
    for (const count of Object.values(wrong))
      expect(count / 1000).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 1000));
    expect(wrong.fixedSequence / 1000).toBeGreaterThan(0.02);
  });

  it('has nothing to say about no rungs', () => {
    expect(certifyRungs({ ...rows, targetAccuracies: [] })).toMatchObject({ rungs: [], strictestCertified: null });
  });

  const refused: [
    what: string,
    code: SdmErrorCode,
    rows: Partial<CertificationRows>,
    options?: CertificationOptions,
  ][] = [
    ['no rows', 'empty-input', { labels: new Int32Array(0) }],
    ['one alpha for all rows', 'shape-mismatch', { assignedAlphas: [0.9] }],
    ['labels that are not known', 'label-out-of-range', { labels: rows.labels.map(() => -1) }],
    ['a target twice', 'out-of-range', { targetAccuracies: [0.9, 0.9] }],
    ['a target of 1', 'out-of-range', { targetAccuracies: [1] }],
    ['a hole among the targets', 'out-of-range', { targetAccuracies: holed([0.9, 0.8], 1) }],
    ['a confidence of a half', 'out-of-range', {}, { confidence: 0.5 }],
    ['a confidence of NaN', 'out-of-range', {}, { confidence: Number.NaN }],
    ['an unknown correction', 'out-of-range', {}, JSON.parse('{ "correction": "Holm" }') as CertificationOptions],
    ['unknown empty groups', 'out-of-range', {}, JSON.parse('{ "emptyGroups": "Block" }') as CertificationOptions],
    ['empty groups of null', 'out-of-range', {}, JSON.parse('{ "emptyGroups": null }') as CertificationOptions],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 2, -0.5].map(
      (alpha): [string, SdmErrorCode, Partial<CertificationRows>] => [
        `an assigned alpha of ${alpha}`,
        'out-of-range',
        { assignedAlphas: Array.from(rows.assignedAlphas).with(3, alpha) },
      ],
    ),
    ['a hole among the alphas', 'out-of-range', { assignedAlphas: holed(Array.from(rows.assignedAlphas), 3) }],
    ['an alpha as text', 'out-of-range', { assignedAlphas: JSON.parse('["0.9"]') as number[], ...oneRow }],
  ];
  it.each(refused)('refuses %s', (_, code, changes, options) => {
    const run = () => certifyRungs({ ...rows, ...changes }, options);
    expect(run).toThrow(expect.objectContaining({ code }));
  });

  it('takes alphas of 0, where no region admits a row, and of 1', () => {
    const assignedAlphas = Array.from(rows.assignedAlphas, (_, i) => i % 2);
    expect(certifyRungs({ ...rows, assignedAlphas }).rungs[0]!.admittedCount).toBe(
      assignedAlphas.filter((alpha) => alpha === 1).length,
    );
  });
});

function holed(values: number[], hole: number): number[] {
  delete values[hole];
  return values;
}
