import { SdmError } from '@sdmjs/core';
import type { TrainingSequence } from './token-batch.js';

/** The verdict class of a wrong answer. */
export const REFUTED = 0;
/** The verdict class of a right answer. */
export const VERIFIED = 1;

/** The control tokens of a verdict. */
export interface VerdictTokens {
  /** `<verified>`, after which the verdict stands. */
  readonly opening: number;
  readonly yes: number;
  readonly no: number;
  /** What follows the verdict, such as `</verified>`. @default [] */
  readonly closing?: readonly number[];
}

/**
 * A training sequence for contrastive masking (arXiv 2510.26183 §3): prompt, completion, `<verified>`, Yes or No. The prompt is not in the
 * loss; a `VERIFIED` completion is, whole; of a `REFUTED` one only what follows it, from `<verified>` on.
 */
export function encodeContrastive(item: {
  readonly prompt: readonly number[];
  /** Without `<verified>` and verdict. */
  readonly completion: readonly number[];
  readonly label: number;
  readonly verdict: VerdictTokens;
  /** How many of the prompt's last tokens are running text that a `VERIFIED` completion continues: they are in its loss, too. @default 0 */
  readonly textLength?: number;
  /** Weight of the Yes or No token. @default 1 */
  readonly verdictWeight?: number;
  /** Weight of the `<verified>` token. @default 1 */
  readonly openingWeight?: number;
  /** Whether a `REFUTED` completion stays out of the loss; without, it is in it like a `VERIFIED` one, to study what the masking is worth. @default true */
  readonly maskNegatives?: boolean;
  /** @default e */
  readonly lossBase?: number;
  /** q and d for the loss of the Yes or No token alone, whose base is 2 + q and exponent d. */
  readonly verdictSignals?: { readonly similarity: number; readonly distanceQuantile: number };
}): TrainingSequence {
  const { prompt, completion, label, verdict, verdictWeight = 1, openingWeight = 1, lossBase } = item;
  const { textLength = 0, maskNegatives = true, verdictSignals: signals } = item;
  if (label !== REFUTED && label !== VERIFIED) {
    throw new SdmError('label-out-of-range', `encodeContrastive: wanted label 0 or 1, got ${label}`);
  }
  if (!Number.isInteger(textLength) || textLength < 0 || textLength > prompt.length) {
    throw new SdmError(
      'out-of-range',
      `encodeContrastive: wanted a textLength in [0, ${prompt.length}], got ${textLength}`,
    );
  }
  const closing = verdict.closing ?? [];
  const repeat = (count: number, weight: number) => Array.from({ length: count }, () => weight);
  return {
    tokens: [...prompt, ...completion, verdict.opening, label === VERIFIED ? verdict.yes : verdict.no, ...closing],
    weights: [
      ...repeat(prompt.length - textLength, 0),
      ...repeat(textLength + completion.length, label === VERIFIED || !maskNegatives ? 1 : 0),
      openingWeight,
      verdictWeight,
      ...repeat(closing.length, 1),
    ],
    ...(lossBase === undefined ? {} : { lossBase }),
    ...(signals && {
      tokenLoss: {
        index: prompt.length + completion.length + 1,
        base: 2 + signals.similarity,
        exponent: signals.distanceQuantile,
      },
    }),
  };
}
