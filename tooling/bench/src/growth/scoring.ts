import { argMaxRows, createMatrix, createRandom, selectRows } from '@sdmjs/core';
import {
  adapt,
  calibrate,
  createAdaptor,
  createCalibrationRows,
  DEFAULT_REPRESENTATION,
  type SdmEstimator,
} from '@sdmjs/estimator';
import { createSupportSet } from '@sdmjs/exemplars';
import { loadKernels } from '@sdmjs/kernels';
import { createClock, type Measured } from './clock.js';
import { BATCH_ROWS, type Sizes } from './points.js';
import { drawTable } from './rows.js';

/** Rows scored against a support of untrained representations: for time and memory, weights are as good as any. */
export async function measureScoring(sizes: Sizes, say: (line: string) => void): Promise<Measured> {
  const estimator = await untrained(sizes);
  say('support made');
  const { features } = drawTable({ ...sizes, rows: BATCH_ROWS }, { name: 'new', seed: 3 });
  await estimator.estimateAll(selectRows(features, [0])); // loads the kernels and packs the support
  const clock = createClock();
  do {
    await estimator.estimateAll(features);
    clock.lap();
  } while (!clock.isEnough());
  estimator.dispose();
  return clock.measured();
}

/** Support rows that exist at once before they are representations. */
const BLOCK_ROWS = 4096;

async function untrained(sizes: Sizes): Promise<SdmEstimator> {
  const { rows, representation: representationSize, features: featureCount, classes: classCount } = sizes;
  const kernels = await loadKernels({ threads: 1 });
  const adaptor = createAdaptor({ featureCount, representationSize, classCount, random: createRandom(1) });
  const representations = createMatrix(rows, representationSize);
  const predictions = new Int32Array(rows);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const block = { ...sizes, rows: Math.min(BLOCK_ROWS, rows - start) };
    const outputs = adapt(adaptor, drawTable(block, { name: 'row', seed: start }).features, kernels);
    representations.data.set(outputs.representations.data, start * representationSize);
    predictions.set(argMaxRows(outputs.logits), start);
  }
  const limits = { maxSimilarity: 2048, similarityOffset: 2, outOfDistributionLimit: 0 };
  const model = {
    adaptor,
    normalization: { mean: 0, standardDeviation: 1 },
    // Two of three rows are good, whatever the classes.
    support: createSupportSet({
      representations,
      labels: predictions.map((label, i) => (i % 3 === 0 ? (label + 1) % classCount : label)),
      predictions,
      ids: Array.from(predictions, (_, i) => `row-${1_000_000 + i}`),
    }),
    classNames: Array.from({ length: classCount }, (_, c) => `Class${c}`),
    ...limits,
    representation: DEFAULT_REPRESENTATION,
  };
  return calibrate({ model, calibrationScores: someCalibrationRows(sizes, limits), kernels });
}

/** Rows of plausible numbers. */
function someCalibrationRows(
  { calibrationRows, classes }: Sizes,
  limits: { similarityOffset: number; outOfDistributionLimit: number },
) {
  const random = createRandom(2);
  const labels = Int32Array.from({ length: calibrationRows }, (_, i) => i % classes);
  const logits = createMatrix(calibrationRows, classes);
  for (let i = 0; i < logits.data.length; i++) logits.data[i] = random.normal();
  return createCalibrationRows({
    ...limits,
    ids: Array.from(labels, (_, i) => `cal-${i}`),
    labels,
    logits,
    similarities: labels.map((_, i) => i % 100),
    nearestDistances: Float32Array.from(labels, () => random.uniform(0, 1)),
  });
}
