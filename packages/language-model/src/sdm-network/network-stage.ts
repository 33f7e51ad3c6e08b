import { type Matrix, throwIfAborted } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import type { Decoder } from '../decoder.js';
import { derivedRandom } from '../derived-random.js';
import { hiddenFeatures } from '../hidden-features.js';
import { representationOf } from '../language-model.js';
import type { Tokenizer } from '../tokenizer.js';
import { type AnswerSettings, type Answering, answerDocuments } from './generate-answers.js';
import { alternateHalves } from './joint-features.js';
import type { NetworkDocument } from './network-document.js';
import { type NetworkLayer, type NetworkLayerSettings, trainNetworkLayer } from './network-layer.js';
import { createSdmNetworkModel } from './network-model.js';

/** What stages are made from. */
export interface StageParts extends Omit<AnswerSettings, 'estimator' | 'fingerprint'> {
  /** Read at every stage as it then is. */
  readonly positive: Decoder;
  readonly tokenizer: Tokenizer;
  readonly trainingSet: readonly NetworkDocument[];
  readonly calibrationSet: readonly NetworkDocument[];
  readonly layer: NetworkLayerSettings;
  readonly seed: number;
}

/** The network as it is between two epochs, with its layer; good until the body moves again. */
export interface NetworkStage extends NetworkLayer {
  readonly answer: Answering;
}

/** Makes one stage an epoch, and frees what the layers of earlier ones hold. */
export function createStages(parts: StageParts) {
  const { decoder, trainingSet, calibrationSet, feature, signal } = parts;
  const abort = signal ? { signal } : {};
  const documents = [...trainingSet, ...calibrationSet];
  const sequences = documents.map(({ prompt, completion }) => [...prompt, ...completion]);
  const featuresOf = (body: Decoder) => hiddenFeatures({ decoder: body, sequences, feature, ...abort });
  let negative: Matrix | undefined; // its body does not move
  const estimators = new Set<SdmEstimator>();
  return {
    async at(epoch: number): Promise<NetworkStage> {
      throwIfAborted(signal, 'trainFullSdmNetwork');
      const network = await createSdmNetworkModel(parts); // owns nothing but the two bodies
      const representation = await representationOf(network, feature);
      negative ??= await featuresOf(decoder);
      const features = alternateHalves(negative, await featuresOf(parts.positive));
      const layer = await trainNetworkLayer({
        trainingSet,
        calibrationSet,
        features,
        settings: parts.layer,
        representation,
        random: derivedRandom(parts.seed, 1 + epoch),
        signal,
      });
      estimators.add(layer.estimator);
      const settings = { ...parts, estimator: layer.estimator, fingerprint: representation.fingerprint };
      return { ...layer, answer: (asked) => answerDocuments(settings, network, asked) };
    },
    /** Disposes all estimators but these; one that is asked later loads what it needs again. */
    release(...kept: (SdmEstimator | undefined)[]): void {
      for (const estimator of estimators) {
        if (kept.includes(estimator)) continue;
        estimator.dispose();
        estimators.delete(estimator);
      }
    },
  };
}
