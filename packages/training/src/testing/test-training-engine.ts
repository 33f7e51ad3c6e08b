import { softmaxSignals } from '@sdmjs/activation';
import { createMatrix, createRandom, type Matrix, SdmError } from '@sdmjs/core';
import { createAdaptor, type ExemplarAdaptor } from '@sdmjs/estimator';
import { describe, expect, it } from 'vitest';
import type { EngineRound, RoundInputs, TrainingEngine } from '../engine.js';
import { plainRows } from '../feature-rows.js';
import { trainModel } from '../train-model.js';
import { stepByDefinition } from './step-by-definition.js';
import { workedCase } from './worked-case.js';

const features = { training: randomFeatures(7, 42), calibration: randomFeatures(3, 43) };
const inputs = randomInputs();
const everyRow = Int32Array.from(inputs.labels, (_, row) => row);
const softmax = softmaxSignals(inputs.labels.length);

/** The contract of a training engine as a vitest suite: every engine must pass it on every device it claims. */
export function testTrainingEngine(name: string, create: () => TrainingEngine): void {
  const engine = create();
  const using = async (use: (round: EngineRound) => Promise<void>, given = inputs) => {
    const round = await engine.start(given);
    await use(round).finally(() => round.dispose());
  };
  describe(`training engine: ${name}`, () => {
    describeSteps(using);
    describeForward(using);

    it('reproduces the worked case of reexpress-sdm 0.4.8', async () => {
      const { history, bestEpoch } = await trainModel({ ...workedCase, engine });
      const published = [0.733139, 0.625597, 0.639433, 0.580374, 0.591255, 0.599257];
      history.forEach(({ balancedCalibrationLoss }, i) => {
        // Six printed digits; 24 steps of float32 in another order leave a few units of the last one.
        expect(Math.abs(balancedCalibrationLoss! - published[i]!)).toBeLessThanOrEqual(5e-6);
      });
      expect(history.map((report) => report.balancedTrainingSimilarity)).toEqual([
        1.1875, 1.5, 2.125, 2.5625, 2.75, 2.8125,
      ]);
      expect(bestEpoch).toBe(4);
    });
  });
}

type Using = (use: (round: EngineRound) => Promise<void>, given?: RoundInputs) => Promise<void>;

function describeSteps(using: Using): void {
  it('takes the Adam steps of the definition, also with q and d', () =>
    using(async (round) => {
      const signals = { similarities: [3, 0, 11, 1, 5, 2, 8], distanceQuantiles: [1, 0.5, 0.25, 0.75, 0.9, 0.1, 0.6] };
      const batches = [Int32Array.of(5, 1, 3), Int32Array.of(0, 6), everyRow];
      const expected = stepByDefinition(inputs, batches, signals);
      for (const [i, rows] of batches.entries()) {
        // Losses near 1, in float32 on some devices.
        expect(Math.abs((await round.trainBatch(rows, signals)) - expected.losses[i]!)).toBeLessThanOrEqual(1e-6);
      }
      // Weights near 1 moved by three steps of 0.01, each a float32 quotient.
      expectNear(numbersOf(await round.weights()), numbersOf(expected.adaptor), 2e-6);
    }));

  it('does not move for rows at distance quantile 0', () =>
    using(async (round) => {
      const signals = { similarities: softmax.similarities, distanceQuantiles: new Float32Array(everyRow.length) };
      await round.trainBatch(everyRow, signals);
      expect(numbersOf(await round.weights())).toEqual(numbersOf(inputs.adaptor));
    }));

  it('gives equal weights for equal calls', async () => {
    const twice: number[][] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      await using(async (round) => {
        for (let step = 0; step < 5; step++) await round.trainBatch(everyRow, softmax);
        twice.push(numbersOf(await round.weights()));
      });
    }
    expect(twice[0]).toEqual(twice[1]);
  });

  it('goes on from weights and the state of the optimiser with the very steps it would have taken', () =>
    using(async (round) => {
      const step = (of: EngineRound) => of.trainBatch(everyRow, softmax);
      for (let i = 0; i < 3; i++) await step(round);
      const halfway = { ...inputs, adaptor: await round.weights(), optimizer: await round.optimizer() };
      const losses = [await step(round), await step(round)];
      expect(halfway.optimizer.steps).toBe(3);
      await using(async (resumed) => {
        expect([await step(resumed), await step(resumed)]).toEqual(losses);
        expect(numbersOf(await resumed.weights())).toEqual(numbersOf(await round.weights()));
        expect(numbersOf((await resumed.optimizer()).squares)).toEqual(numbersOf((await round.optimizer()).squares));
      }, halfway);
    }));

  it('says so when training diverges', () =>
    using(
      async (round) => {
        const diverge = async () => {
          for (let step = 0; step < 3; step++) await round.trainBatch(everyRow, softmax);
        };
        await expect(diverge()).rejects.toSatisfy((error) => SdmError.is(error, 'not-finite'));
      },
      { ...inputs, learningRate: 1e30 },
    ));
}

function describeForward(using: Using): void {
  it('maps both splits through the adaptor, with and without representations', () =>
    using(async (round) => {
      for (const split of ['training', 'calibration'] as const) {
        const { representations, logits } = await round.forward(split);
        const { projectionWeight, projectionBias, classifierWeight, classifierBias } = inputs.adaptor;
        const projected = affine(features[split], projectionWeight, projectionBias);
        // Sums of a few float32 products of numbers near 1.
        expectNear([...representations.data], [...projected.data], 1e-6);
        expectNear([...logits.data], [...affine(projected, classifierWeight, classifierBias).data], 1e-6);
        expectNear([...(await round.logits(split)).data], [...logits.data], 1e-6);
      }
    }));

  it('copies weights in and out', () =>
    using(async (round) => {
      const taken = await round.weights();
      const before = numbersOf(taken);
      await round.trainBatch(everyRow, softmax);
      expect(numbersOf(taken)).toEqual(before);
      expect(numbersOf(inputs.adaptor)).toEqual(before);
      taken.projectionWeight.data.fill(0);
      expect((await round.weights()).projectionWeight.data.some((weight) => weight !== 0)).toBe(true);
    }));

  it('stops a forward pass when asked', () =>
    using(async (round) => {
      const stopped = round.forward('training', AbortSignal.abort());
      await expect(stopped).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    }));
}

function randomFeatures(rows: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    4,
    Float32Array.from({ length: rows * 4 }, () => random.uniform(-2, 2)),
  );
}

function randomInputs(): RoundInputs {
  const random = createRandom(42);
  const adaptor = createAdaptor({ featureCount: 4, representationSize: 5, classCount: 3, random });
  return {
    adaptor,
    features: { training: plainRows(features.training), calibration: plainRows(features.calibration) },
    labels: Int32Array.of(0, 1, 2, 0, 1, 2, 1),
    learningRate: 0.01,
    similarityOffset: 2,
  };
}

function affine(inputsOf: Matrix, weight: Matrix, bias: Float32Array): Matrix {
  const result = createMatrix(inputsOf.rows, weight.rows);
  for (let i = 0; i < inputsOf.rows; i++) {
    for (let j = 0; j < weight.rows; j++) {
      let sum = bias[j]!;
      for (let k = 0; k < weight.columns; k++) {
        sum += inputsOf.data[i * weight.columns + k]! * weight.data[j * weight.columns + k]!;
      }
      result.data[i * weight.rows + j] = sum;
    }
  }
  return result;
}

function numbersOf({ projectionWeight, projectionBias, classifierWeight, classifierBias }: ExemplarAdaptor): number[] {
  return [...projectionWeight.data, ...projectionBias, ...classifierWeight.data, ...classifierBias];
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst).toBeLessThanOrEqual(tolerance);
}
