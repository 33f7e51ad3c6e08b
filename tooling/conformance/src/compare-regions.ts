import { findNestedRegions } from '@sdmjs/calibration';
import { matrixFromRows } from '@sdmjs/core';
import type { RegionCase } from './references.js';
import { type Comparison, createTally } from './tally.js';

/** The ladder of regions of random calibration sets: rungs, thresholds on q' and on the activation, bit for bit. */
export function compareRegions(cases: readonly RegionCase[]): Comparison {
  const tally = createTally(`ladder of regions on ${cases.length} random calibration sets`, {
    reference: 'reexpress-sdm',
    tolerance: 0,
  });
  cases.forEach((reference, i) => {
    const scores = {
      probabilities: matrixFromRows(reference.probabilities),
      rescaledSimilarities: Float32Array.from(reference.rescaledSimilarities),
      labels: Int32Array.from(reference.labels),
      predictions: Int32Array.from(reference.predictions),
    };
    const { regions } = findNestedRegions(scores, reference);
    tally.exact(`set ${i}, regions`, { got: regions.length, wanted: reference.regions.length });
    reference.regions.forEach(({ alpha, minimum, thresholds }, k) => {
      tally.exact(`set ${i}, region ${k}, alpha`, { got: regions[k]?.targetAccuracy, wanted: alpha });
      tally.exact(`set ${i}, region ${k}, q'`, { got: regions[k]?.minRescaledSimilarity, wanted: minimum });
      tally.reals(`set ${i}, region ${k}, thresholds`, { got: regions[k]?.classThresholds ?? [], wanted: thresholds });
    });
  });
  return tally.finish();
}
