import { countAtMost, createRandom, rowOf } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { type SimulatedRows, simulateRows } from '../simulation/simulated-rows.js';
import { estimateIndexConditional } from './estimate-index-conditional.js';
import { fitIndexConditional, type IndexConditionalEstimator } from './fit-index-conditional.js';
import { fitQuantileWeights, meanLoss, type QuantileRows, rowGradient } from './fit-quantile-weights.js';
import { median } from '../metrics/median.js';
import { cellKey, fitRound, outputQuantiles } from './fit-round.js';
import { rescale } from './rescale.js';

const law = { classCount: 2, imbalance: 1, labelNoise: 0 };
// Larger steps and fewer epochs than the defaults: the same optimum, in less time.
const fitting = { targetAccuracy: 0.9, maxEpochs: 30, learningRate: 0.01, seed: 3 };
const identity = Float64Array.of(1, 0, 0, 1);

describe('rescale', () => {
  it('computes Eq. 10 and 11 by hand', () => {
    const { rescaledSimilarity, output } = rescale(Float64Array.of(0.8, 0.3), identity, {
      similarity: 6,
      prediction: 0,
    });
    const wanted = 0.8 * Math.log(8);
    expect(rescaledSimilarity).toBeCloseTo(wanted, 14); // double precision, as below
    const [first, second] = [(2 + wanted) ** 0.8, (2 + wanted) ** 0.3];
    expect(output[0]).toBeCloseTo(first / (first + second), 14);
    expect(output[1]).toBeCloseTo(second / (first + second), 14);
  });

  it('sets q̃ to 0 where the rescaled output has another arg max, and keeps that output', () => {
    const row = { similarity: 6, prediction: 1 };
    const swapped = rescale(Float64Array.of(0.8, 0.3), identity, row);
    expect(swapped.rescaledSimilarity).toBe(0);
    expect(swapped.output[0]).toBeGreaterThan(0.5);
  });
});

describe('fitQuantileWeights', () => {
  const random = createRandom(5);
  const rows: QuantileRows = {
    quantiles: Array.from({ length: 60 }, () => Float64Array.from({ length: 3 }, () => random.nextDouble())),
    rescaledSimilarities: Float64Array.from({ length: 60 }, () => random.uniform(0, 5)),
    labels: Int32Array.from({ length: 60 }, (_, i) => i % 3),
  };

  it('has the gradient that differences give', () => {
    const weights = Float64Array.from({ length: 9 }, () => random.uniform(-1, 1));
    const mean = new Float64Array(9);
    rows.labels.forEach((_, i) => {
      rowGradient(rows, i, weights).forEach((value, k) => {
        mean[k]! += value / 60;
      });
    });
    mean.forEach((wanted, k) => {
      const at = (step: number) => meanLoss(rows, weights.with(k, weights[k]! + step));
      // Central differences of step 1e-5: error about 1e-10 from the step and 1e-11 from rounding.
      expect((at(1e-5) - at(-1e-5)) / 2e-5).toBeCloseTo(wanted, 8);
    });
  });

  it('comes close to the optimum, which is unique up to what no output sees, from any seed', () => {
    const options = { maxEpochs: 200, learningRate: 0.01 };
    const losses = [1, 2].map((seed) => meanLoss(rows, fitQuantileWeights(rows, 3, { ...options, seed })));
    const first = meanLoss(rows, fitQuantileWeights(rows, 3, { maxEpochs: 0, seed: 1 }));
    expect(losses[0]).toBeLessThan(first);
    expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(0.01); // single-row steps of .01 wander about the optimum
    expect(fitQuantileWeights(rows, 3, { ...options, seed: 1 })).toEqual(
      fitQuantileWeights(rows, 3, { ...options, seed: 1 }),
    );
  });

  it('stops at the eleventh epoch in a row above the best, with the best weights', () => {
    let epochs = 0;
    const counting = {
      get aborted() {
        epochs++;
        return false;
      },
    } as AbortSignal;
    // Steps of 50 overshoot from the first epoch on.
    const weights = fitQuantileWeights(rows, 3, { learningRate: 50, signal: counting });
    expect(epochs).toBe(11);
    expect(weights).toEqual(fitQuantileWeights(rows, 3, { maxEpochs: 0 }));
  });

  it('stops when asked', () => {
    expect(() => fitQuantileWeights(rows, 3, { signal: AbortSignal.abort() })).toThrow(/stopped by the caller/);
  });
});

describe('fitRound', () => {
  const scores = simulateRows(law, 500, createRandom(6));
  const round = fitRound(scores, fitting);
  const rescaled = Array.from(scores.labels, (_, i) => {
    const row = { similarity: scores.similarities[i]!, prediction: scores.predictions[i]! };
    return rescale(outputQuantiles(round.outputCdfs, rowOf(scores.probabilities, i)), round.weights, row);
  });

  it('takes output quantiles within each true class', () => {
    const own = [...scores.labels.keys()].filter((i) => scores.labels[i] === 1);
    const value = rowOf(scores.probabilities, 7)[1]!;
    const share = own.filter((i) => rowOf(scores.probabilities, i)[1]! <= value).length / own.length;
    expect(outputQuantiles(round.outputCdfs, rowOf(scores.probabilities, 7))[1]).toBe(share);
  });

  it('finds the first q̃ at which every class-wise quantile of the rescaled outputs reaches the target (Alg. 3, literally)', () => {
    const candidates = rescaled.map((row, i) => ({ ...row, label: scores.labels[i]! }));
    const floats = candidates.map((row) => ({ ...row, q: Math.fround(row.rescaledSimilarity) }));
    const thresholds = [...new Set(floats.map(({ q }) => q))].filter((q) => q >= 1).sort((a, b) => a - b);
    const classThresholdsAt = (threshold: number) =>
      [0, 1].map((c) => {
        const outputs = floats
          .filter(({ q, label }) => q >= threshold && label === c)
          .map(({ output }) => Math.fround(output[c]!));
        return outputs.sort((a, b) => a - b)[Math.trunc(0.1 * outputs.length)] ?? 0;
      });
    const first = thresholds.find((threshold) =>
      classThresholdsAt(threshold).every((value) => value >= Math.fround(0.9)),
    );
    expect(round.region.minRescaledSimilarity).toBe(first);
    expect(round.region.classThresholds).toEqual(classThresholdsAt(first!));
  });

  it('keeps the median output of each cell of prediction and whole q̃', () => {
    const cell = cellKey(1, 3.7);
    const members = rescaled.filter((row, i) => cellKey(scores.predictions[i]!, row.rescaledSimilarity) === cell);
    expect(members.length).toBeGreaterThan(5);
    expect(round.medians.get(cell)).toBe(median(members.map(({ output }) => Math.fround(output[1]!))));
  });

  it('refuses a split without rows of some class', () => {
    const labels = scores.labels.map(() => 0);
    expect(() => fitRound({ ...scores, labels }, fitting)).toThrow(/class 1 has no calibration row/);
  });
});

describe('fitIndexConditional and estimateIndexConditional', () => {
  const random = createRandom(7);
  const rounds = Array.from({ length: 4 }, () => simulateRows(law, 400, random));
  const fresh = simulateRows(law, 4000, random);
  const single = fitIndexConditional({ rounds: rounds.slice(0, 1), ...fitting });
  const several = fitIndexConditional({ rounds, ...fitting });
  const estimates = (estimator: IndexConditionalEstimator) =>
    Array.from(fresh.labels, (_, i) => estimateIndexConditional(estimator, rowAt(fresh, i)));

  it('adds nothing with a single round', () => {
    expect(single.minRescaledSimilarity).toBe(single.round.region.minRescaledSimilarity);
    expect(single).toMatchObject({ offsets: null, roundCount: 1, roundsWithoutRegion: 0 });
  });

  it('adds the .9 quantile of a Cauchy distribution of the median absolute deviation over the rounds', () => {
    const fitted = rounds.map((scores) => fitRound(scores, fitting));
    const spread = (values: number[]) => median(values.map((value) => Math.abs(value - median(values))));
    const tangent = Math.tan(Math.PI * 0.4);
    const minima = fitted.map(({ region }) => region.minRescaledSimilarity);
    expect(several.minRescaledSimilarity).toBeCloseTo(minima[0]! + spread(minima) * tangent, 12); // double precision
    const cell = cellKey(0, 2);
    const medians = fitted.flatMap((round) => round.medians.get(cell) ?? []);
    expect(medians.length).toBeGreaterThan(1);
    expect(several.offsets!.get(cell)).toBeCloseTo(spread(medians) * tangent, 12);
  });

  it('shifts the quantiles by the band of the effective sample sizes', () => {
    const row = rowAt(fresh, 11);
    const { lower, upper, centroid, errors, effectiveSampleSizes } = estimateIndexConditional(single, row);
    const { outputCdfs, weights, rescaledSimilarityCdfs } = single.round;
    expect([...effectiveSampleSizes]).toEqual(
      rescaledSimilarityCdfs.map((cdf) => countAtMost(cdf, centroid.rescaledSimilarity)),
    );
    effectiveSampleSizes.forEach((size, c) => {
      expect(errors[c]).toBeCloseTo(size === 0 ? 1 : Math.sqrt(Math.log(20) / (2 * size)), 6); // float32
    });
    const clamp = (value: number) => Math.min(1, Math.max(0, value));
    const quantiles = outputQuantiles(outputCdfs, row.probabilities);
    for (const [sign, end] of [
      [-1, lower],
      [1, upper],
    ] as const) {
      const moved = quantiles.map((value, c) => clamp(value + (c === row.prediction ? sign : -sign) * errors[c]!));
      const wanted = rescale(moved, weights, row);
      expect(end.rescaledSimilarity).toBe(wanted.rescaledSimilarity);
      expect(end.output).toBe(wanted.output[row.prediction]);
    }
  });

  it('admits less at the lower end and with more rounds, and is right in the target share of what it admits', () => {
    const admitted = (estimator: IndexConditionalEstimator, end: 'lower' | 'centroid' | 'upper') =>
      estimates(estimator).flatMap((estimate, i) => (estimate[end].estimate === null ? [] : [i]));
    const centroid = admitted(single, 'centroid');
    const lower = admitted(single, 'lower');
    expect(centroid.length).toBeGreaterThan(lower.length);
    expect(admitted(single, 'upper').length).toBeGreaterThanOrEqual(centroid.length);
    expect(centroid.length).toBeGreaterThanOrEqual(admitted(several, 'centroid').length);
    const right = centroid.filter((i) => fresh.labels[i] === fresh.predictions[i]).length;
    // One draw of calibration rows: three standard errors of the fresh ones, and as much again for the draw.
    expect(right / centroid.length).toBeGreaterThan(0.9 - 6 * Math.sqrt(0.09 / centroid.length));
  });

  it('admits exactly where q̃ and the output less the offset of its cell reach the region', () => {
    const seen = { q: 0, output: 0, admitted: 0 };
    for (const [i, { lower }] of estimates(several).entries()) {
      const { prediction } = rowAt(fresh, i);
      const offset = several.offsets!.get(cellKey(prediction, lower.rescaledSimilarity)) ?? Number.NaN;
      const reachesSimilarity = Math.fround(lower.rescaledSimilarity) >= several.minRescaledSimilarity;
      const reachesOutput = Math.fround(lower.output - offset) >= several.round.region.classThresholds[prediction]!;
      const isAdmitted = reachesSimilarity && reachesOutput;
      expect(lower.estimate).toBe(isAdmitted ? Math.max(0, lower.output - offset) : null);
      if (isAdmitted) seen.admitted++;
      else if (reachesSimilarity) seen.output++;
      else seen.q++;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  it('rejects what has no similarity, a cell no round has seen, and everything without a region', () => {
    const sure = { probabilities: [1, 0], prediction: 0 };
    expect(estimateIndexConditional(single, { ...sure, similarity: 200 }).centroid.estimate).not.toBeNull();
    expect(estimateIndexConditional(single, { ...sure, similarity: 0 }).centroid.estimate).toBeNull();
    expect(estimateIndexConditional(several, { ...sure, similarity: 1e8 }).centroid.estimate).toBeNull();
    const hopeless = rounds.map((scores) => ({
      ...scores,
      labels: scores.predictions.map((prediction) => 1 - prediction),
    }));
    const none = fitIndexConditional({ rounds: [...hopeless.slice(0, 1), ...rounds], ...fitting });
    expect(none).toMatchObject({
      minRescaledSimilarity: Number.POSITIVE_INFINITY,
      roundCount: 5,
      roundsWithoutRegion: 1,
    });
    expect(estimateIndexConditional(none, { ...sure, similarity: 200 }).upper.estimate).toBeNull();
  });

  it('refuses no rounds, a round that is none and a prediction that is no class', () => {
    expect(() => fitIndexConditional({ rounds: [], ...fitting })).toThrow(/one round or more/);
    expect(() => fitIndexConditional({ rounds, chosenRound: 4, ...fitting })).toThrow(/no round 4 among 4/);
    expect(() => estimateIndexConditional(single, { ...rowAt(fresh, 0), prediction: 2 })).toThrow(/is 2/);
  });
});

function rowAt({ probabilities, similarities, predictions }: SimulatedRows, i: number) {
  return { probabilities: rowOf(probabilities, i), similarity: similarities[i]!, prediction: predictions[i]! };
}
