import { createRandom } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { lossOfBatch } from './finite-training.js';
import { eachBatch, type NetworkEpoch, signalsAt } from './network-epoch.js';

const EPOCH: NetworkEpoch = {
  epoch: 2,
  documents: [],
  signals: { similarities: [5, 6, 7], distanceQuantiles: [0.1, 0.2, 0.3] },
  batchSize: 3,
  learningRate: 1,
  regularizer: { from: 1, to: 2 },
  random: createRandom(1),
};

it('takes every place once an epoch, with the weight of the regulariser rising, and means over mini-batches', async () => {
  const seen: number[][] = [];
  const weights: number[] = [];
  const trainBatch = async (places: Int32Array, weight: number) => {
    seen.push([...places]);
    weights.push(weight);
    return { loss: seen.length, distance: 2 * seen.length };
  };
  const losses = await eachBatch(EPOCH, { count: 8, where: 'test' }, trainBatch);
  expect(seen.map(({ length }) => length)).toEqual([3, 3, 2]);
  expect(seen.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // Sums of thirds in doubles.
  [1, 4 / 3, 5 / 3].forEach((wanted, batch) => expect(weights[batch]).toBeCloseTo(wanted, 12));
  expect(losses.loss).toBeCloseTo(2, 12);
  expect(losses.distance).toBeCloseTo(4, 12);
});

it('picks q and d of the documents at places', () => {
  expect(signalsAt(EPOCH.signals, Int32Array.of(2, 0, 2))).toEqual({
    similarities: [7, 5, 7],
    distanceQuantiles: [0.3, 0.1, 0.3],
  });
});

it('names the mini-batch also where a logit is a number and its loss is beyond float32', () => {
  const row = (...values: number[]) => ({ data: Float32Array.from(values), rows: 1, columns: 2 });
  const logits = { reference: row(0, 0), negative: row(0, 0), positive: row(3e38, 0) };
  const wanted = {
    targets: Int32Array.of(1),
    signals: { similarities: [1e6], distanceQuantiles: [1] },
  };
  const documents = [{ id: 'a' }, { id: 'b' }];
  const run = () => lossOfBatch({ where: 'test', epoch: 2, step: 9, documents }, logits, wanted);
  expect(run).toThrow(/test: in epoch 2, on "a", "b", .* beyond float32 at step 9; lower/);
  expect(run).toThrow(expect.objectContaining({ code: 'not-finite' }));
});
