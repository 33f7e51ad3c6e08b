import { SdmError } from '@sdmjs/core';
import type { Estimate, Representation, SdmEstimator, SdmModel } from '@sdmjs/estimator';
import { REFUTED, VERIFIED } from './contrastive-masking.js';
import { type HiddenFeature, verdictFeature } from './hidden-features.js';
import { type Generation, type LanguageModel, representationOf } from './language-model.js';

/** `verified` and `refuted` are admitted decisions; everything else is `rejected`. */
export type Verdict = 'verified' | 'refuted' | 'rejected';

/** The estimate of a generation, with its verdict. */
export type Verification = Estimate & { readonly verdict: Verdict };

export interface VerifiedGeneration extends Generation {
  readonly verification: Verification;
}

/** The part of an `SdmEstimator` that verification uses. */
export interface VerdictEstimator extends Pick<SdmEstimator, 'estimateAll'> {
  readonly model: Pick<SdmModel, 'representation'> & { readonly support?: Pick<SdmModel['support'], 'labels'> };
}

/**
 * A language model whose every generation carries a verification. The estimator must be trained on this model's features: throws
 * `fingerprint-mismatch` otherwise, and `class-missing` for an estimator without exemplars of right or of wrong answers. Features are taken of
 * prompt and answer up to its first `<verified>`, which is put at the end where none was generated; so an answer without tokens has a verification,
 * too. `generate` throws `context-exceeded`, before it begins, for a prompt that leaves no place for `<verified>`.
 */
export async function wrapLanguageModel(parts: {
  readonly languageModel: LanguageModel;
  readonly estimator: VerdictEstimator;
  /** Id of `<verified>`. */
  readonly verdictToken: number;
  /** @default verdictFeature(verdictToken) */
  readonly feature?: HiddenFeature;
  /** The sequence that the features are taken of. @default prompt and answer, ended by `<verified>` */
  readonly sequenceOf?: (generation: Generation) => readonly number[];
  /** How many exemplars each verification shows. @default 0 */
  readonly nearestCount?: number;
}): Promise<LanguageModel<VerifiedGeneration>> {
  const { languageModel, estimator, verdictToken, nearestCount = 0 } = parts;
  const { config, tokenizer } = languageModel;
  const feature = parts.feature ?? verdictFeature(verdictToken);
  const sequenceOf = parts.sequenceOf ?? ((generation) => verifiable(generation, verdictToken, config));
  requireVerdictToken(verdictToken, config);
  requireTrainedOn(estimator, await representationOf(languageModel, feature));
  requireBothVerdicts(estimator);
  return {
    ...languageModel,
    async generate(request) {
      const { signal } = request;
      const prompts = request.prompts.map((prompt) => (typeof prompt === 'string' ? tokenizer.encode(prompt) : prompt));
      if (!parts.sequenceOf) requireRoomForVerdict(prompts, config);
      const generations = await languageModel.generate({ ...request, prompts });
      if (generations.length === 0) return [];
      const sequences = generations.map(sequenceOf);
      const features = await languageModel.features({ sequences, feature, ...(signal ? { signal } : {}) });
      const estimates = await estimator.estimateAll(features, { nearestCount, signal });
      return generations.map((generation, i) => ({ ...generation, verification: withVerdict(estimates[i]!) }));
    },
  };
}

/** The estimate with its verdict on an answer of the classes `REFUTED` and `VERIFIED`. */
export function withVerdict(estimate: Estimate): Verification {
  if (!estimate.admitted) return { ...estimate, verdict: 'rejected' };
  return { ...estimate, verdict: estimate.decision === VERIFIED ? 'verified' : 'refuted' };
}

/** Prompt and answer up to its first `<verified>`, or with one put behind it; a full context gives up its last token for that. */
function verifiable(
  { prompt, tokens }: Generation,
  verdictToken: number,
  { contextLength }: { contextLength: number },
): number[] {
  const end = tokens.indexOf(verdictToken);
  const answer = end < 0 ? tokens : tokens.slice(0, end);
  return [...[...prompt, ...answer].slice(0, contextLength - 1), verdictToken];
}

function requireVerdictToken(verdictToken: number, { vocabularySize }: { vocabularySize: number }): void {
  if (Number.isInteger(verdictToken) && verdictToken >= 0 && verdictToken < vocabularySize) return;
  throw new SdmError(
    'out-of-range',
    `wrapLanguageModel: wanted a verdictToken in [0, ${vocabularySize}), got ${verdictToken}; see verdictTokensOf`,
  );
}

function requireTrainedOn(
  { model: { representation: trainedOn } }: VerdictEstimator,
  { fingerprint, model, inputTemplate }: Representation,
): void {
  if (trainedOn.fingerprint === fingerprint) return;
  const isSameModel = trainedOn.model === model;
  throw new SdmError(
    'fingerprint-mismatch',
    `wrapLanguageModel: the estimator was trained on ${isSameModel ? 'other features of this model' : 'another model'} (${trainedOn.inputTemplate ?? trainedOn.fingerprint}; fingerprint ${trainedOn.fingerprint}), here "${inputTemplate}" has ${fingerprint}; ${isSameModel ? 'give the feature it was trained on, or ' : ''}train it on this model's features: verdictExamples, trainModel with representation: await representationOf(languageModel, feature), then calibrate`,
  );
}

function requireBothVerdicts({ model: { support } }: VerdictEstimator): void {
  const missing = [REFUTED, VERIFIED].find((label) => support && !support.labels.includes(label));
  if (missing === undefined) return;
  throw new SdmError(
    'class-missing',
    `wrapLanguageModel: the estimator has no exemplar of class ${missing} (${missing === VERIFIED ? 'right' : 'wrong'} answers), so it cannot tell verdicts apart; train it on examples of both, as verdictExamples draws them`,
  );
}

function requireRoomForVerdict(
  prompts: readonly ArrayLike<number>[],
  { contextLength }: { contextLength: number },
): void {
  const index = prompts.findIndex(({ length }) => length >= contextLength);
  if (index < 0) return;
  throw new SdmError(
    'context-exceeded',
    `wrapLanguageModel: prompt ${index} has ${prompts[index]!.length} tokens; with <verified> at most ${contextLength - 1} fit the context; shorten it or train with a longer context`,
  );
}
