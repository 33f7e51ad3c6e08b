import { matrixFromRows, rowOf } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createExactIndex } from './exact-index.js';
import { matchByDefinition } from './testing/index.js';

const kernels = createPlainKernels();
const coordinate = fc.integer({ min: -2, max: 2 });
const supportRow = fc.record({
  vector: fc.tuple(coordinate, coordinate),
  label: fc.constantFrom(0, 1, -99),
  prediction: fc.constantFrom(0, 1),
});
const request = fc.record({
  rows: fc.array(supportRow, { minLength: 2, maxLength: 40 }),
  query: fc.tuple(coordinate, coordinate),
  prediction: fc.constantFrom(0, 1, 2),
  maxSimilarity: fc.integer({ min: 1, max: 45 }),
  exclusion: fc.integer({ min: -1, max: 1 }),
  count: fc.integer({ min: 0, max: 45 }),
});

it('equals a full sort for any support, query, cap and exclusion', () =>
  fc.assert(
    fc.asyncProperty(request, async ({ rows, query, ...options }) => {
      const support = {
        representations: matrixFromRows(rows.map((row) => row.vector)),
        labels: Int32Array.from(rows, (row) => row.label),
        predictions: Int32Array.from(rows, (row) => row.prediction),
      };
      const queries = matrixFromRows([query]);
      const { prediction, maxSimilarity, exclusion, count } = options;
      const wanted = matchByDefinition(support, query, { prediction, maxSimilarity, exclusion });
      const index = await createExactIndex(support, { kernels });
      const exclusions = Int32Array.of(exclusion);
      const matches = await index.match(queries, Int32Array.of(prediction), { maxSimilarity, exclusions });
      expect(matches.similarities[0]).toBe(wanted.similarity);
      expect(matches.nearestIndices[0]).toBe(wanted.nearestIndex);
      // Integers below 2^24: exact in float32.
      expect(matches.nearestDistances[0]).toBe(wanted.nearestDistance);
      const nearest = await index.nearest(rowOf(queries, 0), count, { exclusion });
      expect(nearest.map((neighbor) => neighbor.index)).toEqual(wanted.order.slice(0, count));
      index.dispose();
    }),
  ));
