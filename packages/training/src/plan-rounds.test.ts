import { SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolExamples } from './check-examples.js';
import { exampleRows } from './example-rows.js';
import { planRounds } from './plan-rounds.js';
import { completeSettings } from './settings.js';

/** Rows of these labels, the first of each class in one set and the second in the other, as `poolExamples` wants them. */
function poolOf(counts: readonly number[]) {
  const labels = counts.flatMap((count, label) => Array.from({ length: count }, () => label));
  const examples = labels.map((label, i) => ({ id: `row-${i}`, label, features: Float32Array.of(i) }));
  const isFirst = (i: number) => labels.indexOf(labels[i]!) === i;
  return poolExamples(
    { training: examples.filter((_, i) => isFirst(i)), calibration: examples.filter((_, i) => !isFirst(i)) },
    counts.length,
  );
}

describe('stratified halves', () => {
  const counts = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 2, maxLength: 5 });

  it('split every class into halves, are as large as without strata, and lose no row', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 50 }), (sizes, seed) => {
        const pool = poolOf(sizes);
        for (const { rows } of planRounds(pool, completeSettings({ seed, rounds: 2, stratify: true }))) {
          const both = [...rows.training, ...rows.calibration];
          expect(both.toSorted((a, b) => a - b)).toEqual(Array.from(pool.labels, (_, i) => i));
          expect(rows.training.length).toBe(Math.floor(both.length / 2));
          sizes.forEach((size, label) => {
            const count = [...rows.training].filter((row) => pool.labels[row] === label).length;
            expect([Math.floor(size / 2), Math.ceil(size / 2)]).toContain(count);
          });
        }
      }),
      { seed: 1 },
    );
  });

  it('are the plain halves, in their order, where those happen to be even over the classes', () => {
    const pool = poolOf([2, 2]);
    const plans = planRounds(pool, completeSettings({ rounds: 40, shuffle: true, stratify: true }));
    const even = Array.from({ length: 40 }, (_, seed) => seed).filter((seed) => {
      try {
        const [plain] = planRounds(pool, completeSettings({ seed }));
        expect(plans[seed]!.rows).toEqual(plain!.rows);
        return true;
      } catch (error) {
        // A plain half of two rows of one class.
        if (!SdmError.is(error, 'class-missing')) throw error;
        return false;
      }
    });
    expect(even.length).toBeGreaterThan(10);
  });

  it('need two examples of every class', () => {
    const examples = [0, 0, 0, 1].map((label, i) => ({ id: `row-${i}`, label, features: Float32Array.of(i) }));
    const pool = {
      ...poolOf([2, 2]),
      examples: exampleRows(examples, 'rows'),
      labels: Int32Array.from(examples, ({ label }) => label),
    };
    expect(() => planRounds(pool, completeSettings({ stratify: true }))).toThrow(/has no example of class 1/);
  });
});
