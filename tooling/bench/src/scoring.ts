import { featureMatrix, type Matrix } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import { createPlainKernels } from '@sdmjs/kernels';
import { kernelEngine, trainModel } from '@sdmjs/training';
import { drawExamples } from './draw-examples.js';
import { medianOf } from './spread.js';

const SIZES = { rows: 10_000, features: 1024 };

/** Prints an epoch of training and the scoring rate at 10,000 support rows, D 1,024, M 1,000, with the plain twin beside it. */
export async function benchScoring(print: (line: string) => void): Promise<void> {
  const trained = await trainModel({
    trainingSet: drawExamples('training', 1, SIZES),
    calibrationSet: drawExamples('calibration', 2, SIZES),
    representationSize: 1000,
    epochs: 1,
    shuffle: false,
    engine: kernelEngine(),
  });
  print(`one epoch, q and d of both splits refreshed: ${trained.history[0]!.seconds.toFixed(1)} s`);
  const estimator = calibrate(trained);
  const plain = calibrate({ ...trained, kernels: createPlainKernels() });
  const rows = featureMatrix(drawExamples('test', 3, SIZES).slice(0, 2048));
  const [fast, slow] = [await rowsPerSecond(estimator, rows, 3), await rowsPerSecond(plain, slice(rows, 16), 1)];
  print(`estimateAll: ${fast.toFixed(0)} rows/s, ${(fast / slow).toFixed(0)} x plain`);
  print(`estimate, 25 nearest shown: median ${(await medianLatency(estimator, rows)).toFixed(1)} ms`);
  estimator.dispose();
  plain.dispose();
}

async function rowsPerSecond(estimator: SdmEstimator, rows: Matrix, times: number): Promise<number> {
  await estimator.estimateAll(slice(rows, 1)); // loads the kernels and packs the support
  let shortest = Infinity;
  for (let run = 0; run < times; run++) {
    const start = performance.now();
    await estimator.estimateAll(rows);
    shortest = Math.min(shortest, performance.now() - start);
  }
  return (1000 * rows.rows) / shortest;
}

async function medianLatency(estimator: SdmEstimator, rows: Matrix): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 51; i++) {
    const start = performance.now();
    await estimator.estimate(rows.data.subarray(i * rows.columns, (i + 1) * rows.columns));
    times.push(performance.now() - start);
  }
  return medianOf(times);
}

function slice({ data, columns }: Matrix, rows: number): Matrix {
  return { data: data.subarray(0, rows * columns), rows, columns };
}
