import { type Example, type Matrix, type Random, rowOf, selectRows } from '@sdmjs/core';
import { calibrate, type Estimate, type EstimatorParts, restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import { type TrainingEngine, type TrainingSettings, trainModel } from '@sdmjs/training';
import { fitTrainingDistances } from '../training-distances.js';
import type { DrawnCompletion } from './contrastive-document.js';
import { drawHalves } from './draw-halves.js';
import { extendSupport } from './extend-support.js';

/**
 * When the support of the training set's SDM layer is renewed. `epoch`: with the layer, at the start of an epoch. `within-epoch`: also in each
 * batch, by what the layer now makes of the documents of its training half (an option of the reference code, for research).
 */
export type SupportUpdates = 'epoch' | 'within-epoch';

/** An SDM layer over completions, trained on one half of the documents and calibrated on the other. */
export interface VerdictLayer {
  /**
   * Estimates of completions of its own documents, one a row of `features`. A document of the training half leaves its own support row out
   * and has d on the scale of the training half; one of the calibration half leaves nothing out and has the calibration scale. With `within-epoch`
   * those of the training half, once estimated, get behind the support rows, which are copied for it; the scales stay.
   */
  estimate(drawn: readonly DrawnCompletion[], features: Matrix, supportUpdates?: SupportUpdates): Promise<Estimate[]>;
  supportCount(): number;
  /** Ids of the training half, in the order of the first support rows. */
  readonly trainingIds: readonly string[];
  dispose(): void;
}

/** Of each layer; its halves, its one round and its seed come from the run. */
export interface LayerSettings extends Partial<Omit<TrainingSettings, 'rounds' | 'seed' | 'shuffle'>> {
  /** Where the layers are trained; not disposed. @default on the CPU */
  readonly engine?: TrainingEngine;
}

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
  let { model } = training;
  const restore = () => [training, calibration].map((parts) => restoreEstimator({ ...parts, model }));
  let estimators = restore();
  const disposeEstimators = () => estimators.forEach((estimator) => estimator.dispose());
  return {
    trainingIds,
    async estimate(drawn, features, supportUpdates = 'epoch') {
      const rows = drawn.map(({ document }) => ownRows.get(document.id) ?? -1);
      const estimates: Estimate[] = [];
      const estimateHalf = async (estimator: SdmEstimator, indices: readonly number[]) => {
        if (indices.length === 0) return;
        const exclusions = Int32Array.from(indices, (i) => rows[i]!);
        const found = await estimator.estimateAll(selectRows(features, indices), { exclusions, signal });
        indices.forEach((i, k) => {
          estimates[i] = found[k]!;
        });
      };
      const ofTraining = rows.flatMap((row, i) => (row >= 0 ? [i] : []));
      await estimateHalf(estimators[0]!, ofTraining);
      if (supportUpdates === 'within-epoch' && ofTraining.length > 0) {
        const added = ofTraining.map((i) => drawn[i]!);
        model = extendSupport(model, { rows: added, features: selectRows(features, ofTraining) }, kernels);
        disposeEstimators();
        estimators = restore();
      }
      const ofCalibration = rows.flatMap((row, i) => (row < 0 ? [i] : []));
      await estimateHalf(estimators[1]!, ofCalibration);
      return estimates;
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
