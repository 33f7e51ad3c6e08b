import type { Matrix } from '@sdmjs/core';
import type { Estimate, SdmEstimator } from '@sdmjs/estimator';
import { type DistanceScale, distanceQuantile } from '@sdmjs/exemplars';
import type { Signals } from '@sdmjs/activation';
import { VERIFIED } from '../contrastive-masking.js';
import type { Decoder } from '../decoder.js';
import { type GeneratedTokens, type GenerateTokensOptions, generateTokens } from '../generate.js';
import { type HiddenFeature, hiddenFeatures } from '../hidden-features.js';
import type { FeatureRequest } from '../language-model.js';
import type { TokenHead, TokenSource } from '../token-head.js';
import { delimitedSequence } from './delimiter-feature.js';
import type { NetworkDocument } from './network-document.js';

/** How answers are generated and estimated. */
export interface AnswerSettings {
  readonly decoder: Decoder;
  /** Trained on features of force-decoded documents, and calibrated. */
  readonly estimator: Pick<SdmEstimator, 'estimateAll' | 'model'>;
  /** The token that ends the unit that is verified. */
  readonly delimiter: number;
  /** @default delimiterFeature(delimiter) */
  readonly feature: HiddenFeature;
  readonly maxNewTokens: number;
  readonly allowedTokens?:
    | ((document: NetworkDocument, generated: readonly number[]) => readonly number[] | undefined)
    | undefined;
  /** Fingerprint of the features; another one than the estimator's throws. Absent: unchecked. */
  readonly fingerprint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the network answers to a document's prompt, greedily from the joint distribution. */
export interface NetworkAnswer {
  readonly tokens: readonly number[];
  readonly estimate: Estimate;
}

/** What answers come from: a language model is one. */
export interface AnswerSource {
  generate(request: Omit<GenerateTokensOptions, keyof TokenSource>): Promise<readonly GeneratedTokens[]>;
  features(request: FeatureRequest): Promise<Matrix>;
}

/** Generates and estimates one answer a document. */
export type Answering = (documents: readonly NetworkDocument[]) => Promise<NetworkAnswer[]>;

/** Answers of a decoder under another head. */
export function decoderAnswers(settings: AnswerSettings, head: TokenHead): Answering {
  const { decoder } = settings;
  const source: AnswerSource = {
    generate: (request) => generateTokens({ ...request, decoder, head }),
    features: (request) => hiddenFeatures({ ...request, decoder }),
  };
  return (documents) => answerDocuments(settings, source, documents);
}

/** Generates and estimates one answer a document, ended by the delimiter. */
export async function answerDocuments(
  settings: Omit<AnswerSettings, 'decoder'>,
  source: AnswerSource,
  documents: readonly NetworkDocument[],
): Promise<NetworkAnswer[]> {
  const { estimator, delimiter, feature, maxNewTokens, allowedTokens, fingerprint, signal } = settings;
  const abort = signal ? { signal } : {};
  const results = await source.generate({
    prompts: documents.map(({ prompt }) => prompt),
    maxNewTokens,
    stopTokens: [delimiter],
    ...(allowedTokens && {
      allowedTokens: ({ index, generated }) => allowedTokens(documents[index]!, generated),
    }),
    ...abort,
  });
  const sequences = results.map(({ tokens }, i) =>
    delimitedSequence({ prompt: documents[i]!.prompt, tokens }, delimiter),
  );
  const features = await source.features({ sequences, feature, ...abort });
  const estimates = await estimator.estimateAll(features, { fingerprint, signal });
  return results.map(({ tokens }, i) => ({ tokens, estimate: estimates[i]! }));
}

/**
 * q and d that the loss of each document is taken with: q as the estimator finds it, d on the scale of the training distances. The document's
 * own force-decoded row may be matched: an answer that repeats it is as near as can be.
 */
export function trainingSignals(answers: readonly NetworkAnswer[], scale: DistanceScale): Signals {
  return {
    similarities: Float32Array.from(answers, ({ estimate }) => estimate.similarity),
    distanceQuantiles: Float32Array.from(answers, ({ estimate }) => distanceQuantile(scale, estimate.nearestDistance)),
  };
}

/** What `isCorrect` decides from: the task's own label may differ from the document's. */
export type IsCorrect = (document: NetworkDocument, tokens: readonly number[]) => boolean;

/** How many answers are right, and how many are admitted as verified and right: the second chooses the weights. */
export function countAnswers(
  documents: readonly NetworkDocument[],
  answers: readonly NetworkAnswer[],
  isCorrect: IsCorrect,
): { readonly correctCount: number; readonly verifiedCount: number; readonly admittedCount: number } {
  const correct = answers.map(({ tokens }, i) => isCorrect(documents[i]!, tokens));
  const isAdmitted = ({ estimate }: NetworkAnswer) => estimate.admitted && estimate.decision === VERIFIED;
  return {
    correctCount: correct.filter(Boolean).length,
    admittedCount: answers.filter(isAdmitted).length,
    verifiedCount: answers.filter((answer, i) => isAdmitted(answer) && correct[i]).length,
  };
}
