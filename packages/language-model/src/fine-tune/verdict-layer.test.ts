import { createMatrix, createRandom, rowOf, selectRows } from '@sdmjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnCompletion } from './contrastive-document.js';
import { trainVerdictLayer, type VerdictLayer } from './verdict-layer.js';

const COUNT = 120;
const COLUMNS = 6;
const random = createRandom(3);
const drawn: DrawnCompletion[] = Array.from({ length: COUNT }, (_, i) => ({
  document: { id: `d${i}`, prompt: [1], positive: [2], negative: [3] },
  completion: [2],
  label: i % 2,
}));
const features = createMatrix(COUNT, COLUMNS);
drawn.forEach(({ label }, i) => {
  for (let k = 0; k < COLUMNS; k++) rowOf(features, i)[k] = random.normal() + (k < 2 ? 3 * label : 0);
});

describe('an SDM layer over completions', () => {
  let layer: VerdictLayer;
  beforeAll(async () => {
    const settings = { representationSize: 8, epochs: 5, learningRate: 0.01 };
    layer = await trainVerdictLayer({ drawn, features, settings, random: createRandom(11) });
  });
  afterAll(() => layer.dispose());

  it('trains on about half of the documents, by a coin each', () => {
    // Binomial: 60 ± 5.5; four deviations.
    expect(Math.abs(layer.trainingIds.length - COUNT / 2)).toBeLessThanOrEqual(22);
    expect(new Set(layer.trainingIds).size).toBe(layer.trainingIds.length);
  });

  it('leaves the own row out for a document of the training half only', async () => {
    const estimates = await layer.estimate(drawn, features);
    estimates.forEach(({ nearestIndex, nearestDistance }, i) => {
      const row = layer.trainingIds.indexOf(drawn[i]!.document.id);
      expect(nearestDistance).toBeGreaterThan(0);
      if (row >= 0) expect(nearestIndex).not.toBe(row);
    });
    // A document of the calibration half with the features of a support row finds that row.
    const [owner, stranger] = [
      layer.trainingIds[0]!,
      drawn.find(({ document }) => !layer.trainingIds.includes(document.id))!,
    ];
    const ownerRow = drawn.findIndex(({ document }) => document.id === owner);
    const [found] = await layer.estimate([stranger], selectRows(features, [ownerRow]));
    expect(found!.nearestIndex).toBe(0);
    expect(found!.nearestDistance).toBeLessThan(1e-4); // float32 cancellation
    expect(found!.distanceQuantile).toBe(1);
  });

  it('has d of each half on the scale of that half', async () => {
    const estimates = await layer.estimate(drawn, features);
    for (const isTraining of [true, false]) {
      const ofHalf = drawn.flatMap(({ document, label }, i) =>
        layer.trainingIds.includes(document.id) === isTraining ? [{ label, ...estimates[i]! }] : [],
      );
      for (const { nearestDistance, distanceQuantile } of ofHalf) {
        const shares = [0, 1].map((label) => {
          const scale = ofHalf.filter((row) => row.label === label && row.similarity > 0);
          return 1 - scale.filter((row) => row.nearestDistance < nearestDistance).length / scale.length;
        });
        // The share in float32.
        expect(distanceQuantile).toBeCloseTo(Math.min(...shares), 6);
      }
    }
  });

  it('puts documents of the training half behind its support as it sees them now, on request', async () => {
    const settings = { representationSize: 8, epochs: 5, learningRate: 0.01 };
    const grown = await trainVerdictLayer({ drawn, features, settings, random: createRandom(11) });
    const size = grown.trainingIds.length;
    const isOfHalf = ({ document }: DrawnCompletion) => grown.trainingIds.includes(document.id);
    const moved = createMatrix(
      COUNT,
      COLUMNS,
      features.data.map((value) => value + 0.25),
    );
    const before = await grown.estimate(drawn, moved);
    expect(grown.supportCount()).toBe(size);
    // The first 40 documents, and each of the calibration half with the features of one of the training half.
    const added = [...drawn.keys()].filter((i) => i < 40 && isOfHalf(drawn[i]!));
    const others = [...drawn.keys()].filter((i) => !isOfHalf(drawn[i]!)).slice(0, added.length);
    const batch = [...added, ...others].map((i) => drawn[i]!);
    const batchFeatures = selectRows(moved, [...added, ...added]);
    const estimates = await grown.estimate(batch, batchFeatures, 'within-epoch');
    expect(grown.supportCount()).toBe(size + added.length);
    estimates.forEach(({ nearestIndex, nearestDistance, similarity, prediction }, k) => {
      if (k < added.length) {
        // Estimated before it joins the support.
        expect([nearestIndex, nearestDistance]).toEqual([
          before[added[k]!]!.nearestIndex,
          before[added[k]!]!.nearestDistance,
        ]);
        return;
      }
      // Finds the row that has just come, at distance 0, with the prediction of the layer and the label that was drawn.
      expect([nearestIndex, nearestDistance]).toEqual([size + k - added.length, 0]);
      expect(similarity > 0).toBe(drawn[added[k - added.length]!]!.label === prediction);
    });
    // In a later batch a document of the training half still leaves out its first row, not the one that came.
    const later = await grown.estimate(batch.slice(0, added.length), batchFeatures);
    later.forEach(({ nearestIndex }, k) => expect(nearestIndex).toBe(size + k));
    expect(grown.supportCount()).toBe(size + added.length);
    grown.dispose();
  });

  it('keeps the order of the completions', async () => {
    const [all, reversed] = [await layer.estimate(drawn, features), drawn.map((_, i) => COUNT - 1 - i)];
    const turned = await layer.estimate(
      reversed.map((i) => drawn[i]!),
      selectRows(features, reversed),
    );
    expect(turned.map(({ magnitude }) => magnitude)).toEqual(reversed.map((i) => all[i]!.magnitude));
  });
});
