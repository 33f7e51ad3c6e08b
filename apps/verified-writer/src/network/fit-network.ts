import { hearTraining } from '@sdmjs-tooling/app-kit';
import { type Example, type Matrix, rowOf } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import {
  type Decoder,
  type HiddenFeature,
  hiddenFeatures,
  type NetworkEpochReport,
  type Tokenizer,
  type TrainedSdmNetwork,
  trainSdmNetwork,
} from '@sdmjs/language-model';
import type { Representation } from '@sdmjs/estimator';
import { trainModel } from '@sdmjs/training';
import { constrainToGivenWords } from '../constrain-to-given-words.js';
import type { RunContext } from '../run-context.js';
import { CLASS_NAMES } from '../stages/train-estimator.js';
import { type TaskTokens, taskTokens } from '../task-tokens.js';
import type { ForcedDocument } from './network-documents.js';

/** What a network is trained on top of. */
export interface NetworkBase {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly feature: HiddenFeature;
  readonly representation: Representation;
  readonly support: readonly ForcedDocument[];
  readonly calibration: readonly ForcedDocument[];
}

/** A verification layer with the network that was trained by it. */
export interface FittedNetwork {
  readonly estimator: SdmEstimator;
  readonly trained: TrainedSdmNetwork;
}

/** Trains a verification layer on force-decoded D_tr, calibrates it on D_ca, and trains the head of a network by its verdicts. */
export async function fitNetwork(context: RunContext, base: NetworkBase, seed: number): Promise<FittedNetwork> {
  const { preset, terminal, signal } = context;
  const { estimator: sizes, network } = preset;
  const layerProgress = terminal.startProgress('Training the verification layer', sizes.rounds * sizes.epochs);
  const layer = await trainModel({
    ...sizes,
    trainingSet: await examplesOf(base, base.support),
    calibrationSet: await examplesOf(base, base.calibration),
    classNames: [...CLASS_NAMES],
    engine: context.engine,
    parallelRounds: context.parallelRounds,
    shuffle: false, // D_ca only calibrates
    seed,
    representation: base.representation,
    onProgress: hearTraining(terminal, (count) => layerProgress.update(count)),
    signal,
  });
  layerProgress.end();
  const estimator = calibrate(layer);
  const progress = terminal.startProgress('Training the head of the network', network.epochs);
  const tokens = taskTokens(base.tokenizer);
  const trained = await trainSdmNetwork({
    ...network,
    decoder: base.decoder,
    estimator,
    delimiter: tokens.verified,
    feature: base.feature,
    trainingSet: base.support,
    calibrationSet: base.calibration,
    ...networkRequest(tokens, preset.corpus.answerLength),
    isCorrect: isWanted,
    fingerprint: base.representation.fingerprint,
    seed,
    onEpoch: ({ epoch, correctCount, verifiedCount }: NetworkEpochReport) =>
      progress.update(epoch, `D_ca: ${correctCount} right, ${verifiedCount} of them verified`),
    signal,
  });
  progress.end();
  return { estimator, trained };
}

/** Exact match of what was generated with what stands in the text. */
export function isWanted(document: { readonly id: string }, tokens: readonly number[]): boolean {
  return (document as ForcedDocument).wanted.join() === tokens.join();
}

/** How a network answers: among the given words, then `<end>` and `<verified>`, which is its delimiter. */
export function networkRequest(tokens: TaskTokens, answerLength: number) {
  const allowed = constrainToGivenWords(tokens);
  return {
    maxNewTokens: answerLength + 2,
    allowedTokens: ({ prompt }: { readonly prompt: ArrayLike<number> }, generated: readonly number[]) =>
      generated.at(-1) === tokens.end ? [tokens.verified] : allowed({ index: 0, prompt, generated }),
  };
}

/** Features of force-decoded documents, `[documents, 2 · width]`. */
export function forcedFeatures(
  { decoder, feature }: Pick<NetworkBase, 'decoder' | 'feature'>,
  documents: readonly ForcedDocument[],
): Promise<Matrix> {
  return hiddenFeatures({
    decoder,
    feature,
    sequences: documents.map(({ prompt, completion }) => [...prompt, ...completion]),
  });
}

async function examplesOf(base: NetworkBase, documents: readonly ForcedDocument[]): Promise<Example[]> {
  const features = await forcedFeatures(base, documents);
  return documents.map(({ id, label, text }, i) => ({
    id,
    label,
    features: rowOf(features, i).slice(),
    document: text,
  }));
}
