import { createMatrix, createRandom, type ExampleTable, fingerprintOf } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import { decodeModel, encodeModel } from '@sdmjs/interchange';
import { trainModel } from '@sdmjs/training';

/** SHA-256 of the weights and of the estimates of a small model that is trained, calibrated, written and read here. */
export interface ModelResults {
  readonly weights: string;
  readonly estimates: string;
  readonly estimatesAfterReading: string;
  readonly admitted: number;
  /** Of the training. */
  readonly warnings: readonly string[];
}

const FEATURES = 32;
const ASKED = 300;
const TARGET = 0.9;

/** Everything loads kernels of its own, with as many threads as the machine runs; nothing is left of them afterwards. */
export async function modelResults({ parallelRounds }: { readonly parallelRounds: number }): Promise<ModelResults> {
  const warnings: string[] = [];
  const trained = await trainModel({
    trainingSet: drawTable('training', 1500, 1),
    calibrationSet: drawTable('calibration', 1500, 2),
    representationSize: 64,
    epochs: 2,
    rounds: 2,
    learningRate: 1e-3,
    parallelRounds,
    onProgress: (event) => {
      if (event.kind === 'warning') warnings.push(event.message);
    },
  });
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = trained.model.adaptor;
  const weights = [projectionWeight.data, projectionBias, classifierWeight.data, classifierBias];
  const estimator = calibrate({ ...trained, targetAccuracy: TARGET });
  const files = await encodeModel(estimator);
  const first = await ask(estimator);
  const second = await ask(await decodeModel(files, { targetAccuracy: TARGET }));
  return {
    weights: await fingerprintOf(weights.map((array) => new Uint8Array(array.slice().buffer))),
    estimates: await fingerprintOf([JSON.stringify(first)]),
    estimatesAfterReading: await fingerprintOf([JSON.stringify(second)]),
    admitted: first.filter(({ admitted }) => admitted).length,
    warnings,
  };
}

async function ask(estimator: SdmEstimator) {
  const { features } = drawTable('asked', ASKED, 3);
  const estimates = await estimator.estimateAll(features, { nearestCount: 5 });
  estimates.push(await estimator.estimate(features.data.subarray(0, FEATURES)));
  estimator.dispose();
  return estimates;
}

/** Two clouds that overlap. */
function drawTable(name: string, rows: number, seed: number): ExampleTable {
  const random = createRandom(seed);
  const features = createMatrix(rows, FEATURES);
  for (let i = 0; i < features.data.length; i++) {
    features.data[i] = random.normal() + (Math.floor(i / FEATURES) % 2 === 0 ? -0.3 : 0.3);
  }
  return {
    ids: Array.from({ length: rows }, (_, i) => `${name}-${i}`),
    labels: Int32Array.from({ length: rows }, (_, i) => i % 2),
    features,
  };
}
