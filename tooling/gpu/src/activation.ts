import * as arrays from '@sdmjs/activation';
import * as tensors from '@sdmjs/activation/tensor';
import { createMatrix, createRandom, type Matrix } from '@sdmjs/core';
import { type Bench, largestDifference, type Section, within } from './bench.js';
import { timed } from './timed.js';

/** Exponentials and logarithms of two libraries in float32. */
const BOUND = 1e-5;

/** The SDM activation on tensors against the same on arrays. */
export const activation: Section = async (bench, report) => {
  const [rows, classes] = bench.size === 'full' ? [65_536, 16] : [512, 16];
  const cases = drawCases(rows, classes);
  const { matrix, labels, signals } = cases;
  const found = await bench.onDevice(() => computeOnTensors(bench, cases));
  const losses = arrays.sdmLoss(matrix, labels, signals);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / rows;
  const gradient = arrays.sdmLossGradient(matrix, labels, signals);
  const name = (what: string) => `${what}, ${rows} × ${classes}`;
  report({
    checks: [
      within(name('sdm'), largestDifference(found.sdm, arrays.sdm(matrix, signals).data), BOUND),
      within(name('logSdm'), largestDifference(found.logSdm, arrays.logSdm(matrix, signals).data), BOUND),
      within(name('sdmRowLosses'), largestDifference(found.losses, losses), BOUND),
      within(name('sdmLoss'), largestDifference(found.loss, [mean]), BOUND),
      within(
        name('gradient of sdmLoss, times rows'),
        largestDifference(
          found.gradient.map((value) => value * rows),
          gradient.data,
        ),
        BOUND,
      ),
    ],
  });
  const run = () => timed(() => lossAndGradient(bench, cases), { repeats: 7 });
  report({
    timings: [
      {
        what: name('sdmLoss and its gradient, there and back'),
        device: await bench.onDevice(run),
        others: [{ name: 'WebAssembly', spread: await bench.onWasm(run) }],
      },
    ],
  });
};

function drawCases(rows: number, classes: number) {
  const random = createRandom(3);
  const draw = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * random.normal());
  return {
    matrix: createMatrix(rows, classes, draw(rows * classes, 3)),
    labels: Int32Array.from({ length: rows }, () => Math.floor(random.uniform(0, classes))),
    signals: {
      similarities: Float32Array.from({ length: rows }, () => Math.floor(random.uniform(0, 2048))),
      distanceQuantiles: Float32Array.from({ length: rows }, () => random.nextDouble()),
    },
  };
}

type Cases = ReturnType<typeof drawCases>;

function upload({ tf }: Bench, { matrix, labels, signals }: Cases) {
  const { rows, columns, data }: Matrix = matrix;
  return {
    logits: tf.tensor2d(data.slice(), [rows, columns]),
    labels: tf.tensor1d(labels.slice(), 'int32'),
    signals: {
      similarities: tf.tensor1d(signals.similarities.slice()),
      distanceQuantiles: tf.tensor1d(signals.distanceQuantiles.slice()),
    },
  };
}

async function computeOnTensors(bench: Bench, cases: Cases) {
  const { tf } = bench;
  const outputs = tf.tidy(() => {
    const { logits, labels, signals } = upload(bench, cases);
    return {
      sdm: tensors.sdm(logits, signals),
      logSdm: tensors.logSdm(logits, signals),
      losses: tensors.sdmRowLosses(logits, labels, signals),
      loss: tensors.sdmLoss(logits, labels, signals),
      gradient: tf.grad((z) => tensors.sdmLoss(z as typeof logits, labels, signals))(logits),
    };
  });
  const read = async (tensor: { data(): Promise<unknown> }) => Float32Array.from((await tensor.data()) as Float32Array);
  const values = {
    sdm: await read(outputs.sdm),
    logSdm: await read(outputs.logSdm),
    losses: await read(outputs.losses),
    loss: await read(outputs.loss),
    gradient: await read(outputs.gradient),
  };
  tf.dispose(outputs);
  return values;
}

async function lossAndGradient(bench: Bench, cases: Cases): Promise<void> {
  const { tf } = bench;
  const gradient = tf.tidy(() => {
    const { logits, labels, signals } = upload(bench, cases);
    return tf.grad((z) => tensors.sdmLoss(z as typeof logits, labels, signals))(logits);
  });
  await gradient.data();
  gradient.dispose();
}
