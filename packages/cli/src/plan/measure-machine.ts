import { createMatrix, createPause, createRandom, type Matrix, throwIfAborted } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import { loadKernels } from '@sdmjs/kernels';
import { kernelEngine, plainRows } from '@sdmjs/training';
import type { MachineSpeeds, RunSizes } from './plan-run.js';

const MATCHED_ROWS = 2048;
const QUERIES = 256;
const STEPS = 5;

/** Times a few optimiser steps, one projection and one match at the widths of the run and a small number of rows. Throws `aborted`. */
export async function measureMachine(sizes: RunSizes, signal: AbortSignal): Promise<MachineSpeeds> {
  const startedAt = performance.now();
  const secondsPerStep = await timeSteps(sizes, signal);
  const kernels = await loadKernels();
  const { representationSize, featureCount } = sizes;
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
  await createPause(0)(); // an interrupt of the last piece of work is heard now
  throwIfAborted(signal, 'sdm plan');
  return {
    secondsPerStep,
    projectedNumbersPerSecond: (QUERIES * featureCount * representationSize) / projecting,
    matchedNumbersPerSecond: (QUERIES * vectors.rows * representationSize) / matching,
    secondsSpent: (performance.now() - startedAt) / 1000,
    threads: kernels.threads,
  };
}

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

/** Seconds of the fastest of some runs, after one to warm up. */
async function fastest(work: () => unknown): Promise<number> {
  await work();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < STEPS; i++) {
    const startedAt = performance.now();
    await work();
    best = Math.min(best, performance.now() - startedAt);
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
