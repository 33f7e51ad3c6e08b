import { type Example, type Matrix, type Random, rowOf, selectRows } from '@sdmjs/core';
import { calibrate, type Estimate, type EstimatorParts, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import { type TrainingSettings, trainModel } from '@sdmjs/training';
import { fitTrainingDistances } from '../training-distances.js';
import type { DrawnCompletion } from './contrastive-document.js';
import { drawHalves } from './draw-halves.js';
import { extendSupport } from './extend-support.js';

/** An SDM layer over completions, trained on one half of the documents and calibrated on the other. */
export interface VerdictLayer {
  /**
   * Estimates of completions of its own documents, one a row of `features`. A document of the training half leaves its own support row out
   * and has d on the scale of the training half; one of the calibration half leaves nothing out and has the calibration scale.
   */
  estimate(drawn: readonly DrawnCompletion[], features: Matrix): Promise<Estimate[]>;
  /**
   * Puts those of its training half behind the support rows, as they are now: representation, prediction and the label drawn. The scales of d stay.
   * Copies the support set, so once a batch is often enough.
   */
  extend(drawn: readonly DrawnCompletion[], features: Matrix): void;
  supportCount(): number;
  /** Ids of the training half, in the order of the first support rows. */
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
  const labels = drawn.map(({ label }) => label);
  const coins = drawHalves(labels, random, 'these completions');
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
  const kernels = await loadKernels();
  const parts = { ...partsOf(calibrate(trained)), kernels };
  return layerOf(
    trainingSet.map(({ id }) => id),
    {
      training: { ...parts, distanceScale: await fitTrainingDistances(trained.model) },
      calibration: parts,
      kernels,
      signal,
    },
  );
}

/** The estimators of the two halves, which have one model. */
interface Halves {
  readonly training: EstimatorParts;
  readonly calibration: EstimatorParts;
  readonly kernels: Kernels;
  readonly signal: AbortSignal | undefined;
}

function layerOf(trainingIds: readonly string[], { training, calibration, kernels, signal }: Halves): VerdictLayer {
  const ownRows = new Map(trainingIds.map((id, row) => [id, row]));
  const rowsOf = (drawn: readonly DrawnCompletion[]) => drawn.map(({ document }) => ownRows.get(document.id) ?? -1);
  let { model } = training;
  const restore = () => [training, calibration].map((parts) => restoreEstimator({ ...parts, model }));
  let estimators = restore();
  const disposeEstimators = () => estimators.forEach((estimator) => estimator.dispose());
  return {
    trainingIds,
    async estimate(drawn, features) {
      const rows = rowsOf(drawn);
      const estimates: Estimate[] = [];
      for (const [estimator, isOfHalf] of [
        [estimators[0]!, (row: number) => row >= 0],
        [estimators[1]!, (row: number) => row < 0],
      ] as const) {
        const indices = rows.flatMap((row, i) => (isOfHalf(row) ? [i] : []));
        if (indices.length === 0) continue;
        const exclusions = Int32Array.from(indices, (i) => rows[i]!);
        const found = await estimator.estimateAll(selectRows(features, indices), { exclusions, signal });
        indices.forEach((i, k) => {
          estimates[i] = found[k]!;
        });
      }
      return estimates;
    },
    extend(drawn, features) {
      const ofHalf = rowsOf(drawn).flatMap((row, i) => (row >= 0 ? [i] : []));
      if (ofHalf.length === 0) return;
      const rows = ofHalf.map((i) => drawn[i]!);
      model = extendSupport(model, { rows, features: selectRows(features, ofHalf) }, kernels);
      disposeEstimators();
      estimators = restore();
    },
    supportCount: () => model.support.ids.length,
    dispose() {
      disposeEstimators();
      kernels.dispose();
    },
  };
}

function partsOf({ model, distanceScale, rescaledSimilarityCdfs, nestedRegions, targetAccuracy }: SdmEstimator) {
  return { model, distanceScale, rescaledSimilarityCdfs, nestedRegions, targetAccuracy };
}
