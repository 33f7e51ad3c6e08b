import { type Example, type Matrix, type Random, rowOf, selectRows } from '@sdmjs/core';
import { calibrate, type Estimate, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { type TrainingSettings, trainModel } from '@sdmjs/training';
import { fitTrainingDistances } from '../training-distances.js';
import type { DrawnCompletion } from './contrastive-document.js';

/** An SDM layer over completions, trained on one half of the documents and calibrated on the other. */
export interface VerdictLayer {
  /**
   * Estimates of completions of its own documents, one a row of `features`. A document of the training half leaves its own support row out
   * and has d on the scale of the training half; one of the calibration half leaves nothing out and has the calibration scale.
   */
  estimate(drawn: readonly DrawnCompletion[], features: Matrix): Promise<Estimate[]>;
  /** Ids of the training half, in the order of the support rows. */
  readonly trainingIds: readonly string[];
  dispose(): void;
}

/** Of each layer; its halves, its one round and its seed come from the run. */
export type LayerSettings = Partial<Omit<TrainingSettings, 'rounds' | 'seed' | 'shuffle'>>;

/** What the paper trains each layer with. */
const LAYER_DEFAULTS = {
  representationSize: 1000,
  epochs: 200,
  batchSize: 50,
  learningRate: 1e-5,
  maxSimilarity: 2048,
};

/** Trains a layer once (J = 1), the halves by a fair coin a document. Throws `class-missing` where a half has drawn only one verdict. */
export async function trainVerdictLayer(options: {
  readonly drawn: readonly DrawnCompletion[];
  /** `[drawn, D]` */
  readonly features: Matrix;
  readonly settings: LayerSettings;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}): Promise<VerdictLayer> {
  const { drawn, features, settings, random, signal } = options;
  const examples = drawn.map(
    ({ document, label }, i): Example => ({ id: document.id, label, features: rowOf(features, i) }),
  );
  const coins = examples.map(() => random.nextDouble() < 0.5);
  const trainingSet = examples.filter((_, i) => coins[i]);
  const trained = await trainModel({
    ...LAYER_DEFAULTS,
    ...settings,
    trainingSet,
    calibrationSet: examples.filter((_, i) => !coins[i]),
    classCount: 2,
    shuffle: false,
    rounds: 1,
    seed: random.nextUint32(),
    signal,
  });
  const calibration = calibrate(trained);
  const distanceScale = await fitTrainingDistances(trained.model);
  const training = restoreEstimator({ ...partsOf(calibration), distanceScale });
  const ownRows = new Map(trainingSet.map(({ id }, row) => [id, row]));
  return {
    trainingIds: trainingSet.map(({ id }) => id),
    async estimate(completions, queries) {
      const rows = completions.map(({ document }) => ownRows.get(document.id) ?? -1);
      const estimates: Estimate[] = [];
      for (const [estimator, isOfHalf] of [
        [training, (row: number) => row >= 0],
        [calibration, (row: number) => row < 0],
      ] as const) {
        const indices = rows.flatMap((row, i) => (isOfHalf(row) ? [i] : []));
        if (indices.length === 0) continue;
        const exclusions = Int32Array.from(indices, (i) => rows[i]!);
        const found = await estimator.estimateAll(selectRows(queries, indices), { exclusions, signal });
        indices.forEach((i, k) => {
          estimates[i] = found[k]!;
        });
      }
      return estimates;
    },
    dispose() {
      training.dispose();
      calibration.dispose();
    },
  };
}

function partsOf({ model, rescaledSimilarityCdfs, nestedRegions, targetAccuracy }: SdmEstimator) {
  return { model, rescaledSimilarityCdfs, nestedRegions, targetAccuracy };
}
