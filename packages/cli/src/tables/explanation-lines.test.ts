import type { BreakReason, RunEnd } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { runText } from './explanation-lines.js';

const brokenBy = (reason: BreakReason): RunEnd => {
  const exemplar = { index: 0, id: 'r', label: 0, prediction: 0, squaredDistance: 1, isGood: false };
  return { kind: 'exemplar', exemplar, reason };
};

it.each<[RunEnd, number, string]>([
  [brokenBy('other-class'), 0, 'the nearest one already disagrees: it is of another class'],
  [brokenBy('out-of-distribution-label'), 7, '7 agree, then rank 8 does not: it is of no class'],
  [{ kind: 'cap', maxSimilarity: 2048 }, 2048, '2048 agree; q counts no further'],
  [{ kind: 'support-exhausted', supportCount: 40 }, 40, 'all 40 support rows agree'],
])('says what ended the run: %o', (run, similarity, text) => {
  expect(runText(run, similarity)).toBe(text);
});
