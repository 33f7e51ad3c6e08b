import { softmaxSignals } from '@sdmjs/activation';
import { createMatrix, createRandom, type Example } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import {
  type EngineRound,
  kernelEngine,
  plainRows,
  type RoundInputs,
  type TrainingEngine,
  trainModel,
} from '@sdmjs/training';
import { tensorEngine } from '@sdmjs/training/tensor';
import { type Bench, largestDifference, type Section, within } from './bench.js';
import type { Check } from './results.js';
import { spreadOf } from './timed.js';

/** The SDM layer on the device's engine against the CPU engine without TensorFlow.js. */
export const training: Section = async (bench, report) => {
  const { tf } = bench;
  const inputs = drawInputs();
  const [onDevice, onKernels] = [
    await bench.onDevice(() => takeSteps(tensorEngine(tf), inputs)),
    await takeSteps(kernelEngine(), inputs),
  ];
  report({
    checks: [
      // The contract's bounds: losses near 1, weights near 1 moved by steps of 0.01.
      within('losses of 20 Adam steps', largestDifference(onDevice.losses, onKernels.losses), 5e-6),
      within('weights after them', largestDifference(onDevice.weights, onKernels.weights), 2e-5),
      await compareRepetition(bench, inputs, onDevice.weights),
    ],
  });
  await trainWholeModels(bench, report);
};

const CASES = {
  smoke: [{ rows: 128, features: 16, representationSize: 8, epochs: 2, hasWasm: true }],
  full: [
    { rows: 1000, features: 256, representationSize: 1000, epochs: 4, hasWasm: true },
    { rows: 10_000, features: 1024, representationSize: 1000, epochs: 3, hasWasm: false },
  ],
};

async function trainWholeModels(bench: Bench, report: Parameters<Section>[1]): Promise<void> {
  for (const { rows, features, representationSize, epochs, hasWasm } of CASES[bench.size]) {
    const [trainingSet, calibrationSet] = [drawExamples('training', rows, features), drawExamples('c', rows, features)];
    const train = async (engine: TrainingEngine, epochs: number) => {
      const { history } = await trainModel({
        trainingSet,
        calibrationSet,
        representationSize,
        epochs,
        shuffle: false,
        engine,
      });
      const seconds = history.slice(1).map((epoch) => epoch.seconds * 1000);
      return { spread: spreadOf(seconds), losses: history.map((epoch) => epoch.balancedCalibrationLoss!) };
    };
    const device = await bench.onDevice(() => train(tensorEngine(bench.tf), epochs));
    const kernels = await train(kernelEngine(), epochs);
    const others = [{ name: 'kernels', spread: kernels.spread }];
    if (hasWasm) {
      const wasm = await bench.onWasm(() => train(tensorEngine(bench.tf), 2));
      others.push({ name: 'WebAssembly tensors', spread: wasm.spread });
    }
    const name = `${rows} + ${rows} rows of ${features}, M ${representationSize}`;
    report({
      checks: [
        // Batches of 64 at a rate of 1e-5: roundings of float32 losses, and q of rows at near ties.
        within(
          `calibration losses of ${epochs} epochs, ${name}`,
          largestDifference(device.losses, kernels.losses),
          1e-4,
        ),
      ],
      timings: [
        {
          what: `an epoch with q and d of all rows, ${name}`,
          device: device.spread,
          others,
        },
      ],
    });
  }
}

function drawInputs(): RoundInputs {
  const random = createRandom(5);
  const draw = (rows: number) =>
    createMatrix(
      rows,
      32,
      Float32Array.from({ length: rows * 32 }, () => random.uniform(-1, 1)),
    );
  return {
    adaptor: createAdaptor({ featureCount: 32, representationSize: 64, classCount: 3, random }),
    features: { training: plainRows(draw(96)), calibration: plainRows(draw(32)) },
    labels: Int32Array.from({ length: 96 }, (_, i) => i % 3),
    learningRate: 0.01,
    similarityOffset: 2,
  };
}

async function takeSteps(engine: TrainingEngine, inputs: RoundInputs) {
  const round: EngineRound = await engine.start(inputs);
  const signals = softmaxSignals(inputs.labels.length);
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    const rows = Int32Array.from({ length: 32 }, (_, i) => (step * 32 + i) % inputs.labels.length);
    losses.push(await round.trainBatch(rows, signals));
  }
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = await round.weights();
  round.dispose();
  engine.dispose();
  const weights = [...projectionWeight.data, ...projectionBias, ...classifierWeight.data, ...classifierBias];
  return { losses, weights };
}

async function compareRepetition(bench: Bench, inputs: RoundInputs, weights: readonly number[]): Promise<Check> {
  const again = await bench.onDevice(() => takeSteps(tensorEngine(bench.tf), inputs));
  const difference = largestDifference(again.weights, weights);
  return {
    what: 'weights after the same 20 steps on the device again',
    wanted: 'equal to the last bit',
    found: difference === 0 ? 'equal' : `${difference.toExponential(1)} apart`,
    passed: difference === 0,
  };
}

/** Two overlapping classes: one direction in five carries the label. */
function drawExamples(split: string, rows: number, features: number): Example[] {
  const random = createRandom(split.length);
  return Array.from({ length: rows }, (_, i) => ({
    id: `${split}-${i}`,
    label: i % 2,
    features: Float32Array.from({ length: features }, (_, j) => random.normal() + (j % 5 === 0 ? (i % 2) * 0.3 : 0)),
  }));
}
