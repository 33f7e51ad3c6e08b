import { createMatrix, createPause, createRandom, type Matrix, throwIfAborted } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import { loadKernels } from '@sdmjs/kernels';
import { kernelEngine, plainRows } from '@sdmjs/training';
import type { MachineSpeeds, RunSizes } from './plan-run.js';

const MATCHED_ROWS = 2048;
const QUERIES = 256;
const STEPS = 5;
/** Of the weights that are measured; beyond caches, so that time grows with their number from there on. */
const MEASURED_WEIGHTS = 2 ** 22;
const MEASURED_REPRESENTATION = 2 ** 12;
const MEASURED_BATCH = 2 ** 10;
/** Milliseconds after which a piece of work is not repeated. */
const ENOUGH = 500;

/**
 * Times a few optimiser steps, one projection and one match at the widths of the run and a small number of rows; of wide runs a narrower
 * piece, scaled up by the number of weights and rows, so that it stays within seconds. Throws `aborted`.
 */
export async function measureMachine(sizes: RunSizes, signal: AbortSignal): Promise<MachineSpeeds> {
  const startedAt = performance.now();
  const measured = measuredSizes(sizes);
  const secondsPerStep = (await timeSteps(measured, signal)) * (stepWork(sizes) / stepWork(measured));
  const kernels = await loadKernels();
  const { representationSize, featureCount } = measured;
  const rows = randomMatrix(QUERIES, featureCount, 1);
  const weights = randomMatrix(representationSize, featureCount, 2);
  const projecting = await fastest(() => kernels.multiplyTransposed(rows, weights));
  const vectors = randomMatrix(Math.min(MATCHED_ROWS, sizes.trainingRows), representationSize, 3);
  const matcher = kernels.createMatcher({ vectors, goodClasses: new Int32Array(vectors.rows) });
  throwIfAborted(signal, 'sdm plan');
  const queries = randomMatrix(QUERIES, representationSize, 4);
  const request = { queries, predictions: new Int32Array(QUERIES), maxSimilarity: 2048, signal };
  const matching = await fastest(() => matcher.match(request));
  matcher.dispose();
  kernels.dispose();
  // An interrupt of the last piece of work is heard now; where the timer was due at once, signals are looked at behind it.
  await createPause(0)();
  await new Promise((resolve) => setImmediate(resolve));
  throwIfAborted(signal, 'sdm plan');
  return {
    secondsPerStep,
    projectedNumbersPerSecond: (QUERIES * featureCount * representationSize) / projecting,
    matchedNumbersPerSecond: (QUERIES * vectors.rows * representationSize) / matching,
    secondsSpent: (performance.now() - startedAt) / 1000,
    threads: kernels.threads,
  };
}

/** Narrower than the run where that is wide. */
export function measuredSizes(sizes: RunSizes): RunSizes {
  const representationSize = Math.min(sizes.representationSize, MEASURED_REPRESENTATION);
  const featureCount = Math.min(sizes.featureCount, Math.floor(MEASURED_WEIGHTS / representationSize));
  const batchSize = Math.min(sizes.batchSize, MEASURED_BATCH);
  return { ...sizes, representationSize, featureCount, batchSize };
}

/** What the time of an optimiser step grows with: weights, each with every row of the batch and some more for the update. */
function stepWork({ representationSize, featureCount, batchSize }: RunSizes): number {
  return representationSize * featureCount * (batchSize + UPDATE_ROWS);
}

/** An update of the weights takes about as long as the products with so many rows. */
const UPDATE_ROWS = 16;

async function timeSteps(sizes: RunSizes, signal: AbortSignal): Promise<number> {
  const { batchSize, classCount } = sizes;
  const engine = kernelEngine();
  const features = plainRows(randomMatrix(batchSize, sizes.featureCount, 5));
  const round = await engine.start({
    adaptor: createAdaptor({ ...sizes, random: createRandom(6) }),
    features: { training: features, calibration: features },
    labels: Int32Array.from({ length: batchSize }, (_, i) => i % classCount),
    learningRate: 1e-5,
    similarityOffset: 2,
  });
  const rows = Int32Array.from({ length: batchSize }, (_, i) => i);
  const signals = {
    similarities: new Float32Array(batchSize).fill(1),
    distanceQuantiles: new Float32Array(batchSize).fill(1),
  };
  try {
    return await fastest(async () => {
      throwIfAborted(signal, 'sdm plan');
      await round.trainBatch(rows, signals);
    });
  } finally {
    round.dispose();
    engine.dispose();
  }
}

/** Seconds of the fastest of some runs, after one to warm up; long work is not repeated, once it has taken long enough. */
async function fastest(work: () => unknown): Promise<number> {
  const beganAt = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= STEPS; i++) {
    const startedAt = performance.now();
    await work();
    const took = performance.now() - startedAt;
    if (i > 0 || took > ENOUGH) best = Math.min(best, took);
    if (performance.now() - beganAt > ENOUGH && best < Number.POSITIVE_INFINITY) break;
  }
  return Math.max(best, 1e-3) / 1000;
}

function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.uniform(-1, 1)),
  );
}
