import { matrixFromRows } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import golden from '../fixtures/calibration-golden.json' with { type: 'json' };
import { admits, assignedAlpha } from './admits.js';
import { dkwBand, dkwErrors } from './dkw-band.js';
import { effectiveSampleSize, fitEffectiveSampleSizes } from './effective-sample-size.js';
import { findNestedRegions } from './nested-regions.js';
import { rescaledSimilarity } from './rescaled-similarity.js';

const { absolute, relative } = golden.tolerances; // the fixture's own; its numbers come from another exp, log and pow
const expectNear = (value: number, wanted: number) =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(absolute + relative * Math.abs(wanted));

const regionOf = (stored: { alpha: number; minimumRescaledSimilarity: number; outputThresholds: number[] }) => ({
  targetAccuracy: stored.alpha,
  minRescaledSimilarity: stored.minimumRescaledSimilarity,
  classThresholds: stored.outputThresholds,
});

describe('the golden cases of the reference research code', () => {
  it.each(golden.nestedCalibrationCases)('finds the regions of $name', (row) => {
    const probabilities = matrixFromRows(row.probabilities);
    const predictions = Int32Array.from(row.probabilities, ([first, second]) => Number(second! > first!));
    const { regions } = findNestedRegions(
      {
        probabilities,
        rescaledSimilarities: Float32Array.from(row.qPrime),
        labels: Int32Array.from(row.labels),
        predictions,
      },
      { alphaResolution: row.alphaResolution },
    );
    const wanted = row.expectedRegions.map(regionOf);
    const inFloat32 = wanted.map((region) => ({ ...region, classThresholds: region.classThresholds.map(Math.fround) }));
    expect(regions).toEqual(inFloat32);
    for (const { expectedAlpha, qPrime, ...scored } of row.inference ?? []) {
      expect(assignedAlpha(regions, { ...scored, rescaledSimilarity: qPrime })).toBe(expectedAlpha);
    }
  });

  it.each(golden.regionMembershipCases)('decides membership in $name', ({ region, rows }) => {
    const decided = rows.map(({ qPrime, ...row }) => admits(regionOf(region), { ...row, rescaledSimilarity: qPrime }));
    expect(decided).toEqual(rows.map(({ expected }) => expected));
  });

  it.each(golden.dkwCases)('computes the band of $name', (row) => {
    const errors = dkwErrors(row.sampleSizes, row.alpha);
    row.expectedErrors?.forEach((wanted, c) => expectNear(errors[c]!, wanted));
    const widest = Math.max(...errors);
    expectNear(widest, row.expectedMaximumError);
    const band = dkwBand(row.distanceQuantile, widest);
    expectNear(band.lower, row.expectedLowerDistance);
    expectNear(band.upper, row.expectedUpperDistance);
  });

  it.each(golden.effectiveSampleCases)('counts the sample sizes of $name', (row) => {
    const labels = row.classQPrimeCDFs.flatMap((values, c) => values.map(() => c));
    const rescaled = Float32Array.from(row.classQPrimeCDFs.flat());
    const distributions = fitEffectiveSampleSizes(rescaled, Int32Array.from(labels), row.classQPrimeCDFs.length);
    const sizes = row.queries.map((query) => [...effectiveSampleSize(distributions, query)]);
    expect(sizes).toEqual(row.expectedSampleSizes);
  });

  it.each(golden.activationCases)("computes q' of $name", (row) => {
    expectNear(rescaledSimilarity(row.q, row.expectedProbabilities[row.expectedPrediction]!), row.expectedQPrime);
  });
});
