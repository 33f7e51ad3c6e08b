import { calibrate } from '@sdmjs/estimator';
import { describe, expect, it } from 'vitest';
import type { EpochReport, TrainingEvent } from './epoch-report.js';
import { kernelEngine } from './kernel-engine.js';
import { workedCase } from './testing/index.js';
import { type TrainedModel, type TrainModelOptions, trainModel } from './train-model.js';

async function run(options: Partial<TrainModelOptions>): Promise<TrainedModel & { events: TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const trained = await trainModel({ ...workedCase, ...options, onProgress: (event) => events.push(event) });
  return { ...trained, events };
}

type NumericColumn = {
  [Name in keyof EpochReport]: EpochReport[Name] extends number | null ? Name : never;
}[keyof EpochReport];

/** 1.5e-6: the table has six digits, and another order of float32 sums moves the last of them. */
function expectColumn(
  history: readonly EpochReport[],
  column: NumericColumn,
  expected: readonly (number | null)[],
): void {
  const actual = history.map((report) => report[column]);
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i] ?? null;
    if (wanted === null || value === null) expect(value).toBe(wanted);
    else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1.5e-6);
  });
}

function reportedEpochs(events: readonly TrainingEvent[]): number[] {
  return events.flatMap((event) => (event.kind === 'epoch' ? [event.report.epoch] : []));
}

describe('the worked training case of reexpress-sdm 0.4.8', () => {
  it('reproduces six epochs after one of cross-entropy', async () => {
    const trained = await run({});
    const { history } = trained;
    expectColumn(history, 'trainingLoss', [0.830356, 0.635231, 0.52347, 0.449322, 0.356263, 0.327656]);
    expectColumn(history, 'balancedCalibrationLoss', [0.733139, 0.625597, 0.639433, 0.580374, 0.591255, 0.599257]);
    expectColumn(history, 'balancedTrainingLoss', [0.638682, 0.533971, 0.461877, 0.368592, 0.329936, 0.300195]);
    // Counts divided by a power of two are exact.
    expect(history.map((report) => report.balancedTrainingSimilarity)).toEqual([
      1.1875, 1.5, 2.125, 2.5625, 2.75, 2.8125,
    ]);
    expect(history.map((report) => report.isBest)).toEqual([true, true, false, true, false, false]);
    expect(trained).toMatchObject({ bestEpoch: 4, bestRound: 1, isStoppedEarly: false });
    expect(trained.model.normalization).toEqual({ mean: 1.96484375, standardDeviation: 1.4890743494033813 });
    expect(calibrate(trained).nestedRegions.regions).toEqual([]);
  });

  it('reproduces the first calibration row', async () => {
    const { calibrationScores } = await run({});
    const first = (values: ArrayLike<number>, count = 1) => Array.from(values).slice(0, count);
    expect(first(calibrationScores.similarities)).toEqual([5]);
    const reals = [
      ...first(calibrationScores.nearestDistances),
      ...first(calibrationScores.distanceQuantiles),
      ...first(calibrationScores.rescaledSimilarities),
      ...first(calibrationScores.probabilities.data, 2),
    ];
    [0.321071, 0.333333, 3.044948, 0.572217, 0.427783].forEach((wanted, i) => {
      // Six printed digits, and twice that for the distance and q', whose rounding errors are those of several sums.
      expect(Math.abs(reals[i]! - wanted)).toBeLessThanOrEqual(3e-6);
    });
  });

  it('defers matching through three epochs of cross-entropy', async () => {
    const trained = await run({ crossEntropyEpochs: 3 });
    const { history, events } = trained;
    expectColumn(history, 'balancedCalibrationCrossEntropy', [0.659279, 0.638667, 0.581811, null, null, null]);
    expectColumn(history, 'balancedCalibrationLoss', [null, null, 0.524056, 0.497155, 0.495803, 0.502871]);
    expect(reportedEpochs(events)).toEqual([1, 2, 3, 3, 4, 5, 6]);
    expect(trained.bestEpoch).toBe(5);
    const [region, ...others] = calibrate(trained).nestedRegions.regions;
    expect(others).toEqual([]);
    expect(region).toMatchObject({ targetAccuracy: 0.8, minRescaledSimilarity: 4 });
    [0.839686, 0.905062].forEach((threshold, c) => {
      expect(Math.abs(region!.classThresholds[c]! - threshold)).toBeLessThanOrEqual(3e-6);
    });
  });

  it('matches an earlier winner of the warm-up from its own weights, and goes on from the last', async () => {
    const trained = await run({ learningRate: 0.1, crossEntropyEpochs: 2, epochs: 5 });
    const { history, events } = trained;
    expectColumn(history, 'balancedCalibrationCrossEntropy', [0.612119, 0.743067, null, null, null]);
    expectColumn(history, 'balancedCalibrationLoss', [0.550377, null, 0.543703, 0.509616, 0.507185]);
    expectColumn(history, 'trainingLoss', [0.771248, 0.599969, 0.347441, 0.359162, 0.377788]);
    expect(reportedEpochs(events)).toEqual([1, 2, 1, 3, 4, 5]);
    expect(trained.bestEpoch).toBe(5);
    const [region] = calibrate(trained).nestedRegions.regions;
    expect(region).toMatchObject({ targetAccuracy: 0.8, minRescaledSimilarity: 5 });
    [0.950812, 0.868035].forEach((threshold, c) => {
      expect(Math.abs(region!.classThresholds[c]! - threshold)).toBeLessThanOrEqual(3e-6);
    });
  });

  it('keeps the best of three shuffled rounds', async () => {
    const trained = await run({ shuffle: true, rounds: 3, epochs: 2 });
    const losses = [0.767233, 0.736046, 0.51154, 0.480795, 0.50386, 0.490518];
    expectColumn(trained.history, 'balancedCalibrationLoss', losses);
    expect(trained).toMatchObject({ bestRound: 2, bestEpoch: 2 });
    const indices = [15, 19, 8, 28, 13, 16, 14, 27, 10, 11, 0, 21, 17, 7, 3];
    expect(trained.trainingSet.map(({ id }) => id)).toEqual(indices.map((i) => `row-${i}`));
    expect(trained.metadata).toMatchObject({ bestIterationSplits: { trainingPoolIndices: indices } });
  });

  it('visits the rows in the orders of the Python SDK, from its initial weights', async () => {
    const orders: number[][] = [];
    const initial: Float32Array[] = [];
    const kernel = kernelEngine();
    const engine = {
      ...kernel,
      start: async (inputs: Parameters<typeof kernel.start>[0]) => {
        const round = await kernel.start(inputs);
        initial.push(inputs.adaptor.projectionWeight.data.slice(0, 3));
        const trainBatch: typeof round.trainBatch = (batch, signals) => {
          orders.push([...batch]);
          return round.trainBatch(batch, signals);
        };
        return { ...round, trainBatch };
      },
    };
    await run({ epochs: 2, engine });
    expect([...initial[0]!]).toEqual([0.14444780349731445, 0.4586629867553711, 0.3183344006538391]);
    expect(orders.map((order) => order.length)).toEqual([5, 5, 5, 1, 5, 5, 5, 1]);
    expect(orders.slice(0, 4).flat()).toEqual([10, 2, 7, 8, 3, 14, 0, 13, 6, 4, 12, 11, 5, 1, 15, 9]);
    expect(orders.slice(4).flat()).toEqual([7, 8, 15, 1, 13, 11, 14, 3, 10, 5, 9, 0, 2, 6, 12, 4]);
  });
});
