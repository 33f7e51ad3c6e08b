import { createMatrix } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { scoreFixture } from '../testing/score-fixture.js';
import { encodeModel } from './encode-model.js';
import { foreseeModel, jsonBytes, type ModelSizes } from './foresee-model.js';

const sizes: ModelSizes = {
  supportCount: 10_000,
  calibrationCount: 10_000,
  featureCount: 256,
  representationSize: 64,
  classNames: ['no', 'yes'],
  epochs: 20,
  rounds: 1,
  alphaResolution: 0.05,
  supportIdBytes: 120_000,
  calibrationIdBytes: 120_000,
  documentBytes: 0,
};
const foreseen = (changes: Partial<ModelSizes>) => {
  const { supportCount, calibrationCount } = { ...sizes, ...changes };
  const idBytes = { supportIdBytes: 12 * supportCount, calibrationIdBytes: 12 * calibrationCount };
  return foreseeModel({ ...sizes, ...idBytes, ...changes });
};

it.each<[Partial<ModelSizes>, readonly string[]]>([
  [{ supportCount: 200_000, calibrationCount: 200_000 }, []],
  [{ supportCount: 500_000 }, []],
  [{ supportCount: 600_000 }, ['bestIterationSplits']],
  [{ supportCount: 1_000_000 }, ['sourceData']],
  [{ supportCount: 1_000_000, calibrationCount: 1_000_000 }, ['bestIterationSplits', 'sourceData']],
  [
    { supportCount: 1_000_000, calibrationCount: 1_000_000, epochs: 10_000 },
    ['bestIterationSplits', 'sourceData', 'trainingRun'],
  ],
])('takes a model of %o, and knows what is left out', (changes, leftOut) => {
  expect(foreseen(changes)).toMatchObject({ leftOut, obstacle: undefined });
});

it.each<[string, Partial<ModelSizes>]>([
  ['manifest.json', { calibrationCount: 1_100_000 }],
  ['manifest.json', { classNames: Array.from({ length: 300 }, (_, i) => `Class${i}`), alphaResolution: 0.00005 }],
  ['support.f32', { supportCount: 1_000_000, representationSize: 600 }],
  ['support.jsonl', { documentBytes: 2.2e9 }],
  ['calibration.jsonl', { calibrationCount: 400_000, classNames: Array.from({ length: 128 }, (_, i) => `Class${i}`) }],
  ['weights.f32', { featureCount: 1_000_000, representationSize: 1000 }],
])('names %s as the obstacle to a model of %o', (name, changes) => {
  expect(foreseen(changes).obstacle).toMatch(new RegExp(`^${name} may have at most `));
});

it('is an upper bound, and a close one where numbers are long', async () => {
  const count = 500;
  const { model } = scoreFixture();
  const ids = Array.from({ length: count }, (_, i) => `„row“ ${i}`);
  const classes = Int32Array.from(ids, (_, i) => i % 2);
  const documents = ids.map((id) => `a text of ${id}`);
  const digests = ids.map(() => 'd'.repeat(64));
  const longest = Math.fround(1.2345678e-6);
  const logits = createMatrix(
    count,
    2,
    Float32Array.from({ length: 2 * count }, (_, i) => (Math.floor(i / 2) % 2 === i % 2 ? longest : -longest)),
  );
  const estimator = calibrate({
    model: {
      ...model,
      support: {
        representations: createMatrix(count, 2),
        labels: classes,
        predictions: classes,
        ids,
        documents,
      },
    },
    calibrationScores: {
      ids,
      labels: classes,
      predictions: classes,
      logits,
      probabilities: createMatrix(count, 2, new Float32Array(2 * count).fill(0.5)),
      similarities: new Int32Array(count).fill(1),
      rescaledSimilarities: new Float32Array(count).fill(longest),
      nearestDistances: new Float32Array(count).fill(longest),
      distanceQuantiles: new Float32Array(count).fill(longest),
    },
    metadata: {
      bestIterationSplits: {
        trainingPoolIndices: ids.map((_, i) => i),
        calibrationPoolIndices: ids.map((_, i) => count + i),
        trainingIDs: ids,
        calibrationIDs: ids,
      },
      sourceData: { trainingFeatureDigests: digests, calibrationFeatureDigests: digests },
    },
  });
  const idBytes = ids.reduce((sum, id) => sum + jsonBytes(id), 0);
  const { bytes, leastBytes } = foreseeModel({
    supportCount: count,
    calibrationCount: count,
    featureCount: 2,
    representationSize: 2,
    classNames: model.classNames,
    epochs: 1,
    rounds: 1,
    alphaResolution: 0.05,
    supportIdBytes: idBytes,
    calibrationIdBytes: idBytes,
    documentBytes: documents.reduce((sum, document) => sum + jsonBytes(document), 0),
  });
  const files = Object.values(await encodeModel(estimator));
  const actual = files.reduce((sum, { length }) => sum + length, 0);
  expect(leastBytes).toBeLessThanOrEqual(actual);
  expect(bytes).toBeGreaterThanOrEqual(actual);
  // Beside what stands once, 64 KiB.
  expect(bytes - 2 ** 16).toBeLessThan(1.2 * actual);
});
