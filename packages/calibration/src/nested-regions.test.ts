import { createMatrix, type Matrix, SdmError } from '@sdmjs/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaLadder, roundToTenDecimals } from './alpha-ladder.js';
import type { CalibrationScores } from './calibration-scores.js';
import {
  findHighReliabilityRegion,
  type HighReliabilityRegion,
  type RegionRequirement,
} from './high-reliability-region.js';
import { findNestedRegions } from './nested-regions.js';

/** Rows of random size, with ties in q' and in the probabilities, that often have a region. */
const arbitraryScores = fc.integer({ min: 2, max: 5 }).chain((classCount) =>
  fc
    .array(
      fc.record({
        label: fc.nat(classCount - 1),
        prediction: fc.nat(classCount - 1),
        isRight: fc.boolean(),
        q: fc.oneof(
          fc.nat(4),
          fc.integer({ min: 0, max: 40 }).map((value) => value / 8),
        ),
        weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: classCount, maxLength: classCount }),
        sharpness: fc.integer({ min: 0, max: 30 }),
      }),
      { minLength: 1, maxLength: 60 },
    )
    .map((rows): CalibrationScores => {
      const predictions = Int32Array.from(rows, ({ isRight, label, prediction }) => (isRight ? label : prediction));
      const probabilities = createMatrix(rows.length, classCount);
      rows.forEach(({ weights, sharpness }, i) => {
        const raised = weights.map((weight, c) => weight + (c === predictions[i] ? 2 * sharpness : 0));
        const sum = raised.reduce((total, weight) => total + weight, 0);
        probabilities.data.set(
          raised.map((weight) => weight / sum),
          i * classCount,
        );
      });
      const rescaledSimilarities = Float32Array.from(rows, ({ q }) => q);
      return { probabilities, rescaledSimilarities, labels: Int32Array.from(rows, ({ label }) => label), predictions };
    }),
);

describe('findNestedRegions', () => {
  it('equals the literal definition bit for bit, on 2 to 5 classes, ties and limits 0 to 2', () => {
    const resolution = fc.constantFrom(0.05, 0.1, 0.013, 1 / 2048, 0.07);
    fc.assert(
      fc.property(arbitraryScores, resolution, fc.nat(2), (scores, alphaResolution, outOfDistributionLimit) => {
        const { regions } = findNestedRegions(scores, { alphaResolution, outOfDistributionLimit });
        expect(regions).toEqual(literalLadder(scores, alphaLadder(alphaResolution), outOfDistributionLimit));
      }),
      { numRuns: 300 },
    );
  });

  it('reports every rung, and its tallies are those of the literal count', () => {
    fc.assert(
      fc.property(arbitraryScores, (scores) => {
        const { regions, rungs } = findNestedRegions(scores);
        expect(rungs.map((rung) => rung.targetAccuracy)).toEqual(alphaLadder(0.05));
        expect(rungs.filter((rung) => rung.exists).map((rung) => rung.closest!.minRescaledSimilarity)).toEqual(
          regions.map((region) => region.minRescaledSimilarity),
        );
        for (const rung of rungs) {
          expect(rung.candidateCounts.reduce((a, b) => a + b, 0)).toBe(rung.candidateCount);
          expect(rung.exists).toBe(rung.shortfall === undefined);
          const worst = rung.closest?.classes[rung.shortestClass!];
          if (worst !== undefined) expect(worst.below <= worst.allowed).toBe(rung.exists);
          expect(rung.closest === null).toBe(rung.candidateCounts.includes(0));
        }
        expect(rungs[0]!.closest).toEqual(rungs[0]!.closest && literalTally(scores, 0.95, rungs[0]!.closest));
      }),
    );
  });

  it('comes closest at the lowest threshold where the worst class has the fewest rows too many', () => {
    fc.assert(
      fc.property(arbitraryScores, fc.constantFrom(0.05, 0.2, 0.4), (scores, alphaResolution) => {
        const [rung] = findNestedRegions(scores, { alphaResolution }).rungs;
        const excessAt = (minRescaledSimilarity: number) => {
          const { classes } = literalTally(scores, rung!.targetAccuracy, { minRescaledSimilarity });
          if (classes.some(({ count }) => count === 0)) return Number.POSITIVE_INFINITY;
          return Math.max(0, ...classes.map(({ below, allowed }) => below - allowed));
        };
        const thresholds = [...new Set(scores.rescaledSimilarities.filter((q) => q >= 1))].sort((a, b) => a - b);
        const least = Math.min(...thresholds.map(excessAt));
        const lowest = thresholds.find((threshold) => excessAt(threshold) === least);
        expect(rung!.closest?.minRescaledSimilarity).toBe(least === Number.POSITIVE_INFINITY ? undefined : lowest);
      }),
    );
  });

  it('has the single region of the top target as its first rung', () => {
    fc.assert(
      fc.property(arbitraryScores, (scores) => {
        const single = findHighReliabilityRegion(scores, { targetAccuracy: 0.95 });
        const first = findNestedRegions(scores).regions.find((region) => region.targetAccuracy === 0.95);
        expect(single.minRescaledSimilarity).toBe(first?.minRescaledSimilarity ?? Number.POSITIVE_INFINITY);
        expect(single.classThresholds).toEqual(first?.classThresholds ?? []);
      }),
    );
  });

  it('lets one row in ten lie under a target of 0.9: 1 − 0.9 is taken as 0.1, not as 0.0999…', () => {
    const outputs = [0.3, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98];
    const region = findHighReliabilityRegion(binaryScores(outputs, outputs), { targetAccuracy: 0.9 });
    expect(region.minRescaledSimilarity).toBe(1);
    expect(region.classThresholds).toEqual([Math.fround(0.9), Math.fround(0.9)]);
  });

  it('says which class was short, by how many rows, and where it came closest', () => {
    const [rung] = findNestedRegions(binaryScores([0.99, 0.99, 0.99], [0.99, 0.6, 0.7]), {
      alphaResolution: 0.1,
    }).rungs;
    expect(rung).toEqual({
      targetAccuracy: 0.9,
      exists: false,
      candidateCount: 6,
      candidateCounts: [3, 3],
      shortfall: 'thresholds-below-target',
      closest: {
        minRescaledSimilarity: 1,
        classes: [
          { count: 3, below: 0, allowed: 0 },
          { count: 3, below: 2, allowed: 0 },
        ],
      },
      shortestClass: 1,
    });
  });

  it('says when nothing is left and when a class has no candidate', () => {
    const oneClass = binaryScores([0.99, 0.98], []);
    expect(findNestedRegions(oneClass).rungs[0]).toMatchObject({
      shortfall: 'class-missing',
      shortestClass: 1,
      closest: null,
    });
    const allFar = { ...oneClass, rescaledSimilarities: Float32Array.of(0.5, 0) };
    for (const rung of findNestedRegions(allFar).rungs) {
      expect(rung).toMatchObject({ exists: false, shortfall: 'no-candidates', candidateCount: 0, shortestClass: null });
    }
    expect(findHighReliabilityRegion(allFar, { targetAccuracy: 0.9 }).minRescaledSimilarity).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("moves equal q' as one group", () => {
    const scores = { ...binaryScores([0.99, 0.4], [0.99, 0.99]), rescaledSimilarities: Float32Array.of(2, 2, 2, 3) };
    expect(findHighReliabilityRegion(scores, { targetAccuracy: 0.9 }).minRescaledSimilarity).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('refuses what cannot be calibrated on', () => {
    const scores = binaryScores([0.9], [0.8]);
    const bad: [string, Partial<CalibrationScores>][] = [
      ['empty-input', { probabilities: createMatrix(0, 2) }],
      ['shape-mismatch', { probabilities: createMatrix(2, 1, Float32Array.of(1, 1)) }],
      ['shape-mismatch', { labels: Int32Array.of(0) }],
      ['label-out-of-range', { labels: Int32Array.of(0, 2) }],
      ['label-out-of-range', { predictions: Int32Array.of(-1, 0) }],
      ['not-finite', { probabilities: createMatrix(2, 2, Float32Array.of(Number.NaN, 1, 1, 0)) }],
      ['out-of-range', { probabilities: createMatrix(2, 2, Float32Array.of(-0.1, 1.1, 1, 0)) }],
      ['out-of-range', { probabilities: createMatrix(2, 2, Float32Array.of(0.5, 0.4, 1, 0)) }],
      ['out-of-range', { rescaledSimilarities: Float32Array.of(1, -1) }],
      ['out-of-range', { rescaledSimilarities: Float32Array.of(1, Number.POSITIVE_INFINITY) }],
    ];
    for (const [code, part] of bad) expect(codeOf(() => findNestedRegions({ ...scores, ...part }))).toBe(code);
    expect(codeOf(() => findNestedRegions(scores, { outOfDistributionLimit: 0.5 }))).toBe('out-of-range');
    expect(codeOf(() => findNestedRegions(scores, { alphaResolution: 0.5 }))).toBe('out-of-range');
    expect(codeOf(() => findHighReliabilityRegion(scores, { targetAccuracy: 0.5 }))).toBe('out-of-range');
    for (const word of ['bylabel', 'constructor']) {
      const requirement = word as RegionRequirement;
      expect(codeOf(() => findNestedRegions(scores, { requirement }))).toBe('out-of-range');
    }
  });
});

describe('alphaLadder', () => {
  it('goes from 1 − resolution down to the last rung above one half', () => {
    expect(alphaLadder(0.05)).toEqual([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55]);
    const finest = alphaLadder(0.00005);
    expect([finest.length, finest[0], finest.at(-1)]).toEqual([9999, 0.99995, 0.50005]);
  });

  it('rounds halves to even, as Python does and toFixed does not', () => {
    expect(alphaLadder(1 / 2048)[2]).toBe(0.9985351562); // Python: round(1 - 3/2048, 10)
    expect(alphaLadder(1 / 2048)[6]).toBe(0.9965820312); // Python: round(1 - 7/2048, 10)
    expect(alphaLadder(1 / 2048)[0]).toBe(0.9995117188);
    expect(roundToTenDecimals(0.1)).toBe(0.1);
  });
});

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return SdmError.is(error) ? error.code : error;
  }
  return 'no error';
};

/** Two classes, all q' 1, each row with the given output at its true class, which is also predicted when above one half. */
function binaryScores(outputs0: number[], outputs1: number[]): CalibrationScores {
  const rows = [...outputs0.map((p) => [p, 1 - p]), ...outputs1.map((p) => [1 - p, p])];
  return {
    probabilities: createMatrix(rows.length, 2, Float32Array.from(rows.flat())),
    rescaledSimilarities: new Float32Array(rows.length).fill(1),
    labels: Int32Array.from(rows, (_, i) => Number(i >= outputs0.length)),
    predictions: Int32Array.from(rows, ([p0, p1]) => Number(p1! > p0!)),
  };
}

const at = (matrix: Matrix, row: number, column: number) => matrix.data[row * matrix.columns + column]!;
const share = (target: number) => Number((1 - target).toFixed(10));

/** The definition step by step: every threshold tried anew, every quantile sorted anew. */
function literalLadder(scores: CalibrationScores, ladder: number[], limit: number): HighReliabilityRegion[] {
  const { probabilities, rescaledSimilarities: q, labels, predictions } = scores;
  let residual = [...labels.keys()];
  const regions: HighReliabilityRegion[] = [];
  for (const targetAccuracy of ladder) {
    const candidates = residual.filter((i) => Math.floor(q[i]!) > limit);
    for (const threshold of [...new Set(candidates.map((i) => q[i]!))].sort((a, b) => a - b)) {
      const classThresholds = Array.from({ length: probabilities.columns }, (_, c) => {
        const values = candidates
          .filter((i) => q[i]! >= threshold && labels[i] === c)
          .map((i) => at(probabilities, i, c));
        values.sort((a, b) => a - b);
        return values[Math.min(Math.trunc(share(targetAccuracy) * values.length), values.length - 1)] ?? 0;
      });
      if (!classThresholds.every((value) => value >= Math.fround(targetAccuracy))) continue;
      regions.push({ targetAccuracy, minRescaledSimilarity: threshold, classThresholds });
      residual = residual.filter((i) => {
        const reached = classThresholds.flatMap((value, c) => (at(probabilities, i, c) >= value ? [c] : []));
        const isAccepted = Math.floor(q[i]!) > limit && q[i]! >= threshold && reached.length === 1;
        return !(isAccepted && reached[0] === predictions[i]);
      });
      break;
    }
  }
  return regions;
}

function literalTally(
  scores: CalibrationScores,
  target: number,
  { minRescaledSimilarity }: { minRescaledSimilarity: number },
) {
  const classes = Array.from({ length: scores.probabilities.columns }, (_, c) => {
    const rows = [...scores.labels.keys()].filter(
      (i) => scores.labels[i] === c && scores.rescaledSimilarities[i]! >= Math.max(1, minRescaledSimilarity),
    );
    const below = rows.filter((i) => at(scores.probabilities, i, c) < Math.fround(target)).length;
    return { count: rows.length, below, allowed: Math.trunc(share(target) * rows.length) };
  });
  return { minRescaledSimilarity, classes };
}
