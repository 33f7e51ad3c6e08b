import { expect, it } from 'vitest';
import { createTokenBatch, planBatches } from './token-batch.js';

it('pads on the right with weight 0 and carries bases', () => {
  const batch = createTokenBatch([{ tokens: [1, 2, 3] }, { tokens: [4], weights: [2], lossBase: 2.5 }]);
  expect(batch).toEqual({
    rows: 2,
    columns: 3,
    tokens: Int32Array.of(1, 2, 3, 4, 0, 0),
    weights: Float32Array.of(1, 1, 1, 2, 0, 0),
    lossBases: Float32Array.of(Math.E, 2.5),
    tokenCount: 4,
  });
  expect(() => createTokenBatch([{ tokens: [1], weights: [] }])).toThrow(/1 tokens and 0 weights/);
  expect(() => createTokenBatch([])).toThrow(/at least one/);
});

it('plans every sequence once an epoch, in another order each, the same for a seed', () => {
  const sequences = Array.from({ length: 50 }, (_, i) => ({ tokens: [i, ...Array.from({ length: i % 7 }, () => 0)] }));
  const plan = planBatches({ sequences, tokensPerBatch: 20, seed: 4 });
  const epoch = (number: number) =>
    Array.from({ length: plan.batchesPerEpoch }, (_, i) => plan.batchAt(number * plan.batchesPerEpoch + i));
  const firstTokens = (number: number) =>
    epoch(number).flatMap(({ tokens, rows, columns }) =>
      Array.from({ length: rows }, (_, row) => tokens[row * columns]!),
    );
  const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b);
  expect(ascending(firstTokens(0))).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(ascending(firstTokens(1))).toEqual(ascending(firstTokens(0)));
  expect(firstTokens(1)).not.toEqual(firstTokens(0));
  expect(epoch(0).every(({ rows, columns }) => rows * columns <= 20)).toBe(true);
  const again = planBatches({ sequences, tokensPerBatch: 20, seed: 4 });
  expect(again.batchAt(plan.batchesPerEpoch + 2)).toEqual(plan.batchAt(plan.batchesPerEpoch + 2));
});
