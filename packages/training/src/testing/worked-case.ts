import type { Example } from '@sdmjs/core';
import type { TrainModelOptions } from '../train-model.js';

const rows: Example[] = Array.from({ length: 30 }, (_, i) => {
  const label = i % 2;
  const features = [2 * label, -label, 0].map(
    (shift, j) => ((17 * i ** 3 + 101 * i * (j + 1) + 29 * j * j * i * i + 50 * j) % 257) / 64 + shift,
  );
  return { id: `row-${i}`, label, features: Float32Array.from(features) };
});

/**
 * A closed-form data set without distance ties, and the settings that its published figures belong to (trained with reexpress-sdm 0.4.8 on a
 * CPU; a double-precision rewrite gives the same to 1e-6).
 */
export const workedCase: TrainModelOptions & Readonly<Record<'trainingSet' | 'calibrationSet', readonly Example[]>> = {
  trainingSet: rows.slice(0, 16),
  calibrationSet: rows.slice(16),
  representationSize: 3,
  batchSize: 5,
  seed: 7,
  maxSimilarity: 6,
  alphaResolution: 0.1,
  shuffle: false,
  epochs: 6,
  learningRate: 0.05,
};
