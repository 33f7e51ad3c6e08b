import { type Example, type Matrix, type Random, rowOf } from '@sdmjs/core';
import { calibrate, type Representation, type SdmEstimator } from '@sdmjs/estimator';
import type { DistanceScale } from '@sdmjs/exemplars';
import { type TrainingEngine, type TrainingSettings, trainModel } from '@sdmjs/training';
import { REFUTED, VERIFIED } from '../contrastive-masking.js';
import { fitTrainingDistances } from '../training-distances.js';
import type { NetworkDocument } from './network-document.js';

/** Of the verification layer of each epoch; its split is the run's, its seed comes from it. */
export interface NetworkLayerSettings extends Partial<Omit<TrainingSettings, 'seed' | 'shuffle'>> {
  /** Accuracy wanted among admitted answers; see `calibrate`. @default 0.95 */
  readonly targetAccuracy?: number;
  /** Where the layer is trained; not disposed. @default on the CPU */
  readonly engine?: TrainingEngine;
  /** Rounds to train at a time, in a worker thread of Node each, with the same result; one where there are no threads. Not with `engine`. @default 1 */
  readonly parallelRounds?: number;
}

/** A layer over the force-decoded documents, and the scale of d for the training set. */
export interface NetworkLayer {
  readonly estimator: SdmEstimator;
  readonly scale: DistanceScale;
}

/** What the paper trains the layer with; there J is 10. */
const LAYER_DEFAULTS = { representationSize: 1000, epochs: 50, batchSize: 50, learningRate: 1e-5 };

/** Trains a layer on the fixed split and calibrates it (arXiv 2502.20167 Alg. 4, line 11). */
export async function trainNetworkLayer(options: {
  readonly trainingSet: readonly NetworkDocument[];
  readonly calibrationSet: readonly NetworkDocument[];
  /** Of the documents of both sets, training first. */
  readonly features: Matrix;
  readonly settings: NetworkLayerSettings;
  readonly representation: Representation;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}): Promise<NetworkLayer> {
  const { trainingSet, calibrationSet, features, representation, random, signal } = options;
  const { targetAccuracy, ...settings } = options.settings;
  const examples = [...trainingSet, ...calibrationSet].map(
    ({ id, label }, i): Example => ({ id, label, features: rowOf(features, i) }),
  );
  const trained = await trainModel({
    ...LAYER_DEFAULTS,
    maxSimilarity: largestClass(trainingSet),
    ...settings,
    trainingSet: examples.slice(0, trainingSet.length),
    calibrationSet: examples.slice(trainingSet.length),
    classCount: 2,
    shuffle: false,
    seed: random.nextUint32(),
    representation,
    signal,
  });
  return {
    estimator: calibrate({ ...trained, targetAccuracy }),
    scale: await fitTrainingDistances(trained.model),
  };
}

/** The cap of q: no run of neighbours of one class is longer. */
function largestClass(documents: readonly NetworkDocument[]): number {
  const counts = [REFUTED, VERIFIED].map((wanted) => documents.filter(({ label }) => label === wanted).length);
  return Math.max(2, ...counts);
}
