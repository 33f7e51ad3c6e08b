import { createMatrix, createRandom } from '@sdmjs/core';
import { createExactIndex } from '@sdmjs/exemplars';
import { expect, it } from 'vitest';
import { rowRange } from './feature-rows.js';
import { matchInSlices } from './match-in-slices.js';

const ROWS = 4200;
const random = createRandom(5);
const data = Float32Array.from({ length: 2 * ROWS }, () => random.normal());
const representations = createMatrix(ROWS, 2, data);
const predictions = Int32Array.from({ length: ROWS }, (_, i) => (data[2 * i]! > 0 ? 1 : 0));
const labels = predictions.map((prediction, i) => (i % 9 === 0 ? 1 - prediction : prediction));

it.each([
  ['the support itself', true],
  ['other rows', false],
])(
  'finds what one call of match does for %s, from wherever it starts, and tells it slice by slice',
  async (_, areSupport) => {
    const index = await createExactIndex({ representations, labels, predictions });
    const exclusions = areSupport ? rowRange(0, ROWS) : undefined;
    const { similarities, nearestDistances } = await index.match(representations, predictions, {
      maxSimilarity: 9,
      exclusions,
    });
    for (const knownCount of [0, 4000, 4001, ROWS]) {
      const firstRows = (count: number) => ({
        similarities: similarities.slice(0, count),
        nearestDistances: nearestDistances.slice(0, count),
      });
      const slices: unknown[] = [];
      const matched: number[] = [];
      const found = await matchInSlices(
        { representations, predictions },
        {
          index,
          areSupport,
          known: firstRows(knownCount),
          maxSimilarity: 9,
          onProgress: (count) => matched.push(count),
          onSlice: async (rows) => void slices.push(rows),
        },
      );
      expect(found).toEqual(firstRows(ROWS));
      const isInSlices = knownCount === 0 && !areSupport;
      const ends = isInSlices ? [4000, ROWS] : knownCount < ROWS ? [ROWS] : [];
      expect(slices).toEqual(ends.map(firstRows));
      expect(matched).toEqual(matched.toSorted((a, b) => a - b));
      expect(matched.at(-1)).toBe(ends.at(-1));
    }
    index.dispose();
  },
);
