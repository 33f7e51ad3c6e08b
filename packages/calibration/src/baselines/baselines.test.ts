import { argMaxRows, createMatrix, createRandom, type Matrix, matrixFromRows, type Random } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { splitCoverage } from '../metrics/split-coverage.js';
import { fitAps } from './aps.js';
import { admitByPredictionSet, predictionSetSizes, rankOf, rankScores } from './prediction-sets.js';
import { fitRaps } from './raps.js';
import { softmaxRow } from './softmax.js';
import { admitBySoftmax } from './softmax-threshold.js';
import { fitTemperature } from './temperature-scaling.js';

/** Logits of deviation `spread`, and labels drawn from their softmax at a temperature. */
function drawRows(size: { rows: number; classes: number; spread: number }, temperature: number, random: Random) {
  const { rows, classes, spread } = size;
  const logits = createMatrix(
    rows,
    classes,
    Float32Array.from({ length: rows * classes }, () => spread * random.normal()),
  );
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    let left = random.nextDouble();
    const label = softmaxRow(logits, i, temperature).findIndex((probability) => {
      left -= probability;
      return left < 0;
    });
    return Math.max(0, label); // −1 only by rounding of the sum
  });
  return { logits, labels };
}

const crossEntropy = (logits: Matrix, labels: Int32Array, temperature: number) =>
  -labels.reduce((total, label, i) => total + Math.log(softmaxRow(logits, i, temperature)[label]!), 0);

describe('admitBySoftmax', () => {
  it('admits from the target on', () => {
    const logits = matrixFromRows([
      [Math.log(3), 0],
      [Math.log(3) + 0.01, 0],
      [0, 5],
    ]);
    expect([...admitBySoftmax(logits, { targetAccuracy: 0.751 })]).toEqual([0, 1, 1]);
    expect([...admitBySoftmax(logits, { targetAccuracy: 0.751, temperature: 10 })]).toEqual([0, 0, 0]);
    expect([...admitBySoftmax(logits, { targetAccuracy: 0.5 })]).toEqual([1, 1, 1]);
  });

  it('refuses logits that are none, and targets and temperatures out of range', () => {
    const logits = matrixFromRows([[1, 0]]);
    expect(() => admitBySoftmax(createMatrix(1, 1), { targetAccuracy: 0.9 })).toThrow(/2 or more classes/);
    expect(() => admitBySoftmax(matrixFromRows([[Number.NaN, 0]]), { targetAccuracy: 0.9 })).toThrow(/NaN/);
    expect(() => admitBySoftmax(logits, { targetAccuracy: 1 })).toThrow(/targetAccuracy/);
    expect(() => admitBySoftmax(logits, { targetAccuracy: 0.9, temperature: 0 })).toThrow(/temperature/);
  });
});

describe('fitTemperature', () => {
  const random = createRandom(4);
  const { logits, labels } = drawRows({ rows: 8000, classes: 3, spread: 3 }, 2.5, random);
  const temperature = fitTemperature(logits, labels);

  it('finds the temperature that the labels were drawn with', () => {
    expect(Math.abs(temperature - 2.5)).toBeLessThan(0.2); // four standard errors of about .05 with 8,000 rows
  });

  it('minimises the cross-entropy', () => {
    const least = crossEntropy(logits, labels, temperature);
    for (const factor of [0.5, 0.99, 1.01, 2]) {
      expect(crossEntropy(logits, labels, factor * temperature)).toBeGreaterThan(least);
    }
  });

  it('scales with the logits, and does not care for a common offset', () => {
    const doubled = createMatrix(
      8000,
      3,
      logits.data.map((value) => 2 * value + 16),
    );
    // The offset costs float32 digits of the logits: 1e-6 each.
    expect(fitTemperature(doubled, labels)).toBeCloseTo(2 * temperature, 4);
  });

  it('goes to an end of its range when every row is right, and when the logits mislead', () => {
    const sure = matrixFromRows([
      [2, 0],
      [0, 2],
    ]);
    expect(fitTemperature(sure, Int32Array.of(0, 1))).toBeCloseTo(0.001, 9);
    expect(fitTemperature(sure, Int32Array.of(1, 0))).toBeCloseTo(1000, 6);
  });

  it('refuses labels that do not fit', () => {
    expect(() => fitTemperature(createMatrix(0, 2), Int32Array.of())).toThrow(/no calibration rows/);
    expect(() => fitTemperature(logits, labels.subarray(1))).toThrow(/wanted 8000 labels/);
    expect(() => fitTemperature(logits, labels.with(3, 3))).toThrow(/row 3 is 3/);
  });
});

describe('prediction sets', () => {
  it('score the probability before a class, a share u of its own and the penalties up to it', () => {
    const sorted = Float64Array.of(0.5, 0.3, 0.2);
    const scores = rankScores(sorted, { penalty: 0.1, freeSize: 1 }, 0.5);
    // .25; .5 + .15 + .1; .8 + .1 + .2, in double precision.
    [0.25, 0.75, 1.1].forEach((wanted, rank) => expect(scores[rank]).toBeCloseTo(wanted, 14));
  });

  it('rank equal logits as the arg max does', () => {
    const logits = matrixFromRows([[1, 2, 2]]);
    expect([0, 1, 2].map((label) => rankOf(logits, 0, label))).toEqual([2, 0, 1]);
    expect(argMaxRows(logits)[0]).toBe(1);
  });

  it('hold all classes when there are too few calibration rows for the target', () => {
    const logits = createMatrix(18, 2, new Float32Array(36).fill(1));
    const rule = fitAps(logits, new Int32Array(18), { targetAccuracy: 0.95 });
    expect(rule.threshold).toBe(Number.POSITIVE_INFINITY);
    expect([...predictionSetSizes(rule, logits)]).toEqual(new Array(18).fill(2));
    expect(admitByPredictionSet(rule, logits)).toEqual(new Uint8Array(18));
  });

  it.each([
    ['APS', fitAps],
    ['RAPS', fitRaps],
  ] as const)('%s hold the true class as often as split-conformal theory says', (name, fit) => {
    const random = createRandom(8);
    const size = { rows: 400, classes: 6, spread: 2 };
    const [drawCount, targetAccuracy] = [60, 0.9];
    const covered = Array.from({ length: drawCount }, (_, seed) => {
      const rule = fit(...rowsOf(drawRows(size, 1.5, random)), { targetAccuracy, seed });
      const fresh = drawRows(size, 1.5, random);
      const sizes = predictionSetSizes(rule, fresh.logits, { seed: seed + 1000 });
      return sizes.filter((count, i) => rankOf(fresh.logits, i, fresh.labels[i]!) < count).length / 400;
    });
    const count = name === 'APS' ? 400 : 280; // RAPS keeps .3 of the rows for tuning
    const { mean, standardDeviation } = splitCoverage(Math.ceil((count + 1) * 0.9), count);
    const average = covered.reduce((a, b) => a + b, 0) / drawCount;
    // Four standard errors: of the threshold and of 400 fresh rows, over the draws.
    const error = Math.sqrt((standardDeviation ** 2 + (mean * (1 - mean)) / 400) / drawCount);
    expect(Math.abs(average - mean)).toBeLessThan(4 * error);
  });

  it('admit single classes only, and RAPS has the smaller sets where the model gives many classes too much probability', () => {
    const random = createRandom(9);
    const size = { rows: 1500, classes: 40, spread: 1.5 };
    const calibration = rowsOf(drawRows(size, 0.4, random));
    const fresh = drawRows(size, 0.4, random).logits;
    const [aps, raps] = [fitAps, fitRaps].map((fit) => fit(...calibration, { targetAccuracy: 0.9 }));
    const meanSize = (sizes: Int32Array) => sizes.reduce((a, b) => a + b, 0) / sizes.length;
    expect(meanSize(predictionSetSizes(raps!, fresh))).toBeLessThan(meanSize(predictionSetSizes(aps!, fresh)));
    expect(raps!.penalty).toBeGreaterThan(0);
    expect(raps!.freeSize).toBeGreaterThan(1);
    for (const rule of [aps!, raps!]) {
      const sizes = predictionSetSizes(rule, fresh, { seed: 5 });
      expect([...admitByPredictionSet(rule, fresh, { seed: 5 })]).toEqual(
        Array.from(sizes, (set) => Number(set === 1)),
      );
      expect(predictionSetSizes(rule, fresh, { seed: 5 })).toEqual(sizes);
      expect(predictionSetSizes(rule, fresh, { seed: 6 })).not.toEqual(sizes);
    }
  });

  it('refuse targets and tuning shares out of range', () => {
    const [logits, labels] = rowsOf(drawRows({ rows: 10, classes: 2, spread: 1 }, 1, createRandom(1)));
    expect(() => fitAps(logits, labels, { targetAccuracy: 0 })).toThrow(/targetAccuracy/);
    expect(() => fitRaps(logits, labels, { targetAccuracy: 0.9, tuningShare: 1 })).toThrow(/tuningShare/);
    expect(() => fitRaps(logits, labels, { targetAccuracy: 0.9, tuningShare: 0.05 })).toThrow(/of 10 rows/);
  });
});

const rowsOf = ({ logits, labels }: { logits: Matrix; labels: Int32Array }): [Matrix, Int32Array] => [logits, labels];
