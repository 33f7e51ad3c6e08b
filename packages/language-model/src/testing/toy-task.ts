import { createRandom, type Random, rowOf } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import { trainModel } from '@sdmjs/training';
import { createDecoder, type Decoder } from '../decoder.js';
import { hiddenFeatures } from '../hidden-features.js';
import { delimiterFeature } from '../sdm-network/delimiter-feature.js';
import type { NetworkDocument } from '../sdm-network/network-document.js';
import { createTokenBatch } from '../token-batch.js';
import { trainDecoder } from '../train.js';

/** Ends a right answer; WRONG follows a wrong one in the texts that the decoder is pretrained on. */
export const END = 16;
const WRONG = 17;
const ANSWERS = [14, 15];
const CONTEXT = 6;

/** A prompt's class is that of its first word: 2 … 7 are of class 0, 8 … 13 of class 1. */
export const rightAnswer = (prompt: ArrayLike<number>) => ANSWERS[prompt[0]! < 8 ? 0 : 1]!;
const wrongAnswer = (prompt: ArrayLike<number>) => ANSWERS[prompt[0]! < 8 ? 1 : 0]!;
/** The texts are mostly wrong about these words, and so is the pretrained decoder. */
const isHard = ([word]: readonly number[]) => word === 7 || word === 13;

function drawPrompt(random: Random): number[] {
  return Array.from({ length: 3 }, () => 2 + Math.floor(random.nextDouble() * 12));
}

/** A decoder that knows the task but for the hard words, and whose states tell right answers from wrong ones. */
export async function pretrainToyDecoder(): Promise<Decoder> {
  const sizes = {
    vocabularySize: 18,
    contextLength: CONTEXT,
    width: 16,
    layerCount: 2,
    headCount: 2,
    feedForwardSize: 32,
  };
  const decoder = createDecoder({ ...sizes, embeddingScale: 4, logitScale: 1 }, { seed: 3, embeddingDeviation: 0.08 });
  const random = createRandom(5);
  const text = () => {
    const prompt = drawPrompt(random);
    const isRight = random.nextDouble() < (isHard(prompt) ? 0.35 : 0.8);
    return { tokens: [...prompt, ...(isRight ? [rightAnswer(prompt), END] : [wrongAnswer(prompt), WRONG])] };
  };
  const batchAt = () => createTokenBatch(Array.from({ length: 32 }, text));
  await trainDecoder({ decoder, batchAt, stepCount: 250, learningRate: 0.01 });
  return decoder;
}

/** Documents with a right or a wrong completion, by a fair coin. */
export function drawDocuments(name: string, count: number, seed: number): NetworkDocument[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const prompt = drawPrompt(random);
    const label = random.nextDouble() < 0.5 ? 0 : 1;
    return { id: `${name}${i}`, prompt, label, completion: [label ? rightAnswer(prompt) : wrongAnswer(prompt), END] };
  });
}

/** An estimator of the force-decoded documents, at target accuracy 0.9. */
export async function estimateDocuments(
  decoder: Decoder,
  sets: { readonly training: readonly NetworkDocument[]; readonly calibration: readonly NetworkDocument[] },
): Promise<SdmEstimator> {
  const examplesOf = async (documents: readonly NetworkDocument[]) => {
    const sequences = documents.map(({ prompt, completion }) => [...prompt, ...completion]);
    const features = await hiddenFeatures({ decoder, sequences, feature: delimiterFeature(END) });
    return documents.map(({ id, label }, i) => ({ id, label, features: rowOf(features, i).slice() }));
  };
  const trained = await trainModel({
    trainingSet: await examplesOf(sets.training),
    calibrationSet: await examplesOf(sets.calibration),
    shuffle: false,
    representationSize: 16,
    epochs: 20,
    learningRate: 3e-3,
  });
  return calibrate({ ...trained, targetAccuracy: 0.9 });
}
