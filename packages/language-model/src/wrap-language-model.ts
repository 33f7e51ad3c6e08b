import { SdmError } from '@sdmjs/core';
import type { Estimate, SdmEstimator, SdmModel } from '@sdmjs/estimator';
import { VERIFIED } from './contrastive-masking.js';
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
  readonly model: Pick<SdmModel, 'representation'>;
}

/**
 * A language model whose every generation carries a verification. The estimator must be trained on this model's features: throws
 * `fingerprint-mismatch` otherwise. Where no `<verified>` was generated it is put at the end before the features are taken.
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
  const feature = parts.feature ?? verdictFeature(verdictToken);
  const sequenceOf = parts.sequenceOf ?? ((generation) => verifiable(generation, verdictToken, languageModel.config));
  const { fingerprint } = await representationOf(languageModel, feature);
  const trainedOn = estimator.model.representation.fingerprint;
  if (trainedOn !== fingerprint) {
    throw new SdmError(
      'fingerprint-mismatch',
      `wrapLanguageModel: the estimator was trained on features ${trainedOn}, this model with "${feature.name}" gives ${fingerprint}; train it on this model's features`,
    );
  }
  return {
    ...languageModel,
    async generate(request) {
      const { signal } = request;
      const generations = await languageModel.generate(request);
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

/** Prompt and answer, ended by `<verified>` when the answer has none; a full context gives up its last token for it. */
function verifiable(
  { prompt, tokens }: Generation,
  verdictToken: number,
  { contextLength }: { contextLength: number },
) {
  if (tokens.includes(verdictToken)) return [...prompt, ...tokens];
  return [...[...prompt, ...tokens].slice(0, contextLength - 1), verdictToken];
}
