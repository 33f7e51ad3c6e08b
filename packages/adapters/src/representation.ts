import { fingerprintOf, SdmError } from '@sdmjs/core';
import type { Representation } from '@sdmjs/estimator';

/** All that decides what features an encoder gives; null where it does not apply or nobody knows. */
export interface EncoderIdentity {
  /** Which adapter made them. */
  readonly provider: string;
  readonly model: string;
  /** Of the weights: a commit, a version, a digest. */
  readonly revision: string | null;
  /** Of the weights: `fp32`, `q8`, … */
  readonly dtype: string | null;
  /** How many token states become one row, what is cut off and what is scaled. */
  readonly pooling: string | null;
  /** What a text is put into; see `fillTemplate`. */
  readonly template: string | null;
}

/** The representation of features: its fingerprint is SHA-256 over the identity, so whatever changes the features changes it, too. */
export async function representationOf(identity: EncoderIdentity): Promise<Representation> {
  const { provider, model, revision, dtype, pooling, template } = identity;
  const fingerprint = await fingerprintOf([JSON.stringify([provider, model, revision, dtype, pooling, template])]);
  return { provider, fingerprint, model, revision, inputTemplate: template };
}

const PLACE = '{text}';

/** A function that puts a text in the place of `{text}`; without a template the text itself. Throws `bad-format` unless there is one such place. */
export function fillTemplate(template: string | null): (text: string) => string {
  if (template === null) return (text) => text;
  const [before, after, ...more] = template.split(PLACE);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new SdmError('bad-format', `template: wanted ${PLACE} once, got "${template}"`);
  }
  return (text) => `${before}${text}${after}`;
}
