import { argMaxRows, createRandom, matrixFromRows } from '@sdmjs/core';
import { createPlainKernels } from '@sdmjs/kernels';
import { describe, expect, it } from 'vitest';
import { adapt, createAdaptor, type ExemplarAdaptor } from './exemplar-adaptor.js';
import { fitNormalization, normalize } from './standardizer.js';

// Case "two-affine-layers-no-nonlinearity" of the public fixture sdm-golden-v1.
const golden: ExemplarAdaptor = {
  projectionWeight: matrixFromRows([
    [1, 0, -1],
    [0.5, 0.5, 0.5],
  ]),
  projectionBias: Float32Array.of(0.25, -0.5),
  classifierWeight: matrixFromRows([
    [1, 2],
    [-1, 1],
  ]),
  classifierBias: Float32Array.of(0.1, -0.2),
};

describe('adapt', () => {
  it('is two affine maps with no nonlinearity', () => {
    const features = normalize(matrixFromRows([[2, 3, 1]]), { mean: 2, standardDeviation: 1 });
    const { representations, logits } = adapt(golden, features, createPlainKernels());
    expect([...representations.data]).toEqual([1.25, -0.5]);
    // One float32 rounding of numbers near 2.
    expect(logits.data[0]).toBeCloseTo(0.35, 6);
    expect(logits.data[1]).toBeCloseTo(-1.95, 6);
    expect([...argMaxRows(logits)]).toEqual([0]);
  });

  it('refuses features of another width', () => {
    expect(() => adapt(golden, matrixFromRows([[1, 2]]), createPlainKernels())).toThrow(
      /wanted 3 numbers a row, got 2/,
    );
  });
});

describe('createAdaptor', () => {
  it('draws the weights of the Python SDK for seed 7, projection first', () => {
    const adaptor = createAdaptor({ featureCount: 3, representationSize: 3, classCount: 2, random: createRandom(7) });
    const first = [...adaptor.projectionWeight.data.subarray(0, 3)];
    expect(first).toEqual([0.14444780349731445, 0.4586629867553711, 0.3183344006538391]);
  });

  it('draws each map within one over the root of its inputs', () => {
    const adaptor = createAdaptor({ featureCount: 4, representationSize: 100, classCount: 2, random: createRandom(1) });
    const largest = (values: Float32Array) => Math.max(...values.map((value) => Math.abs(value)));
    expect(largest(adaptor.projectionWeight.data)).toBeGreaterThan(0.45);
    expect(largest(adaptor.projectionWeight.data)).toBeLessThanOrEqual(0.5);
    expect(largest(adaptor.projectionBias)).toBeLessThanOrEqual(0.5);
    expect(largest(adaptor.classifierWeight.data)).toBeLessThanOrEqual(0.1);
    expect(largest(adaptor.classifierBias)).toBeLessThanOrEqual(0.1);
  });
});

describe('normalisation', () => {
  const features = matrixFromRows([
    [1, 2],
    [3, 6],
  ]);

  it('is one mean and one sample deviation over all entries', () => {
    expect(fitNormalization(features)).toEqual({ mean: 3, standardDeviation: Math.fround(Math.sqrt(14 / 3)) });
  });

  it('is the same over rows that lie apart', () => {
    const random = createRandom(3);
    // 40 rows of 37: sums over halves cut rows at every place.
    const rows = Array.from({ length: 40 }, () => Float32Array.from({ length: 37 }, () => random.normal()));
    const source = { rows: 40, columns: 37, row: (index: number) => rows[index]! };
    expect(fitNormalization(source)).toEqual(fitNormalization(matrixFromRows(rows)));
  });

  it('rounds the difference before the division', () => {
    const normalized = normalize(matrixFromRows([[0.1, 0.3]]), { mean: 0.2, standardDeviation: 0.1 });
    const { fround } = Math;
    const expected = [0.1, 0.3].map((x) => fround(fround(fround(x) - fround(0.2)) / fround(0.1)));
    expect([...normalized.data]).toEqual(expected);
  });

  it('refuses features that are all equal, or that overflow', () => {
    expect(() => fitNormalization(matrixFromRows([[5, 5]]))).toThrow(/all features are equal/);
    expect(() => fitNormalization(matrixFromRows([[3e38, -3e38]]))).toThrow(/fit float32/);
    expect(() => normalize(matrixFromRows([[3e38]]), { mean: 0, standardDeviation: 0.1 })).toThrow(/Infinity/);
  });
});
