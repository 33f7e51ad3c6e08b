import { matrixFromRows, type Random } from '@sdmjs/core';
import { createExactIndex } from '@sdmjs/exemplars';
import { createPlainKernels } from '@sdmjs/kernels';
import { createCalibrationRows } from '../calibration-rows.js';
import { adapt, createAdaptor } from '../exemplar-adaptor.js';
import { DEFAULT_REPRESENTATION, type SdmModel } from '../sdm-model.js';

/** Two clouds 3 apart, deviation 1, on the line of the first feature; the classifier looks at that line. */
export function cloudRows(count: number, random: Random) {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const features = matrixFromRows(
    Array.from(labels, (label) => [random.normal() + (label === 0 ? -1.5 : 1.5), random.normal()]),
  );
  return { labels, features };
}

/** A model of 200 support rows with 400 calibration rows, without training; draws from `random`. */
export async function cloudModel(random: Random) {
  const kernels = createPlainKernels();
  const support = cloudRows(200, random);
  const adaptor = {
    ...createAdaptor({ featureCount: 2, representationSize: 2, classCount: 2, random }),
    projectionWeight: matrixFromRows([
      [1, 0],
      [0, 1],
    ]),
    classifierWeight: matrixFromRows([
      [-1, 0],
      [1, 0],
    ]),
  };
  const outputs = adapt(adaptor, support.features, kernels);
  const predictions = Int32Array.from(support.labels, (_, i) =>
    Number(outputs.logits.data[2 * i + 1]! > outputs.logits.data[2 * i]!),
  );
  const model: SdmModel = {
    adaptor,
    normalization: { mean: 0, standardDeviation: 1 },
    support: {
      representations: outputs.representations,
      labels: support.labels,
      predictions,
      ids: Array.from(support.labels, (_, i) => `support-${i}`),
    },
    classNames: ['left', 'right'],
    maxSimilarity: 64,
    similarityOffset: 2,
    outOfDistributionLimit: 0,
    representation: DEFAULT_REPRESENTATION,
  };
  const calibration = cloudRows(400, random);
  const calibrated = adapt(adaptor, calibration.features, kernels);
  const index = await createExactIndex(model.support, { kernels });
  const rowPredictions = Int32Array.from(calibration.labels, (_, i) =>
    Number(calibrated.logits.data[2 * i + 1]! > calibrated.logits.data[2 * i]!),
  );
  const found = await index.match(calibrated.representations, rowPredictions, { maxSimilarity: 64 });
  const calibrationScores = createCalibrationRows({
    ids: Array.from(calibration.labels, (_, i) => `calibration-${i}`),
    labels: calibration.labels,
    logits: calibrated.logits,
    ...found,
    similarityOffset: 2,
    outOfDistributionLimit: 0,
  });
  return { model, calibrationScores, calibration };
}
