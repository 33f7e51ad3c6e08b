import { describe, expect, expectTypeOf, it } from 'vitest';
import { decide } from './decide.js';
import type { Admitted, Estimate, EstimateEvidence, Rejected } from './estimate.js';

const evidence: EstimateEvidence = {
  prediction: 1,
  probability: 0.97,
  probabilities: [0.03, 0.97],
  logits: [-1, 2],
  magnitude: 2,
  similarity: 9,
  nearestDistance: 0.5,
  nearestIndex: 3,
  distanceQuantile: 0.8,
  rescaledSimilarity: 8.5,
  regionAlpha: 0.95,
  lower: {
    regionAlpha: 0,
    effectiveSampleSizes: [10, 10],
    errors: [1, 1],
    distanceLower: 0,
    distanceUpper: 1,
    probabilitiesLower: [0.5, 0.5],
    probabilitiesUpper: [0.02, 0.98],
    rescaledSimilarityLower: 3,
  },
  distanceBand: { error: 0.4, lower: 0.4, upper: 1 },
  nearestExemplars: [],
};
const admitted: Estimate = { ...evidence, admitted: true, decision: 1 };
const rejected: Estimate = { ...evidence, admitted: false, reason: 'below-target' };

describe('decide', () => {
  it('takes the admitted branch with the decision, and the rejected one with the reason', () => {
    const branches = {
      admitted: (estimate: Admitted) => `class ${estimate.decision}`,
      rejected: (estimate: Rejected) => estimate.reason,
    };
    expect(decide(admitted, branches)).toBe('class 1');
    expect(decide(rejected, branches)).toBe('below-target');
  });

  it('may answer each reason apart', () => {
    const answer = decide(rejected, {
      admitted: () => 'act',
      rejected: { 'out-of-distribution': () => 'collect', 'no-region': () => 'ask', 'below-target': () => 'review' },
    });
    expect(answer).toBe('review');
  });

  it('does not compile without every branch', () => {
    const isNeverRun = (estimate: Estimate) => {
      // @ts-expect-error the rejected branch is missing
      decide(estimate, { admitted: () => 1 });
      // @ts-expect-error the admitted branch is missing
      decide(estimate, { rejected: () => 1 });
      // @ts-expect-error one reason is missing
      decide(estimate, { admitted: () => 1, rejected: { 'no-region': () => 1, 'below-target': () => 1 } });
    };
    expect(isNeverRun).toBeTypeOf('function');
  });

  it('gives a decision on admitted estimates only', () => {
    expectTypeOf<Admitted>().toHaveProperty('decision');
    expectTypeOf<Rejected>().not.toHaveProperty('decision');
    // @ts-expect-error an unchecked estimate has no decision
    expect((estimate: Estimate) => estimate.decision).toBeTypeOf('function');
  });
});
