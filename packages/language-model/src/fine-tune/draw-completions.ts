import { type Random, SdmError } from '@sdmjs/core';
import { REFUTED, VERIFIED } from '../contrastive-masking.js';
import type { ContrastiveDocument, DrawnCompletion } from './contrastive-document.js';

/** How often which completion is drawn, in [0, 1] (arXiv 2510.26183: γ⁺, γ^gen and γ^diversity). */
export interface SamplingRates {
  /** Of the positive; 1 never shows a negative. @default 0.5 */
  readonly positiveRate?: number;
  /** Of asking for the model's own answer where the positive was not drawn. @default 0.5 */
  readonly generationRate?: number;
  /** Of the own answer instead of the static negative where there is a wrong one. @default 0.5 */
  readonly replacementRate?: number;
}

/** The model's wrong answer to each document, or undefined where it is right or unknown. */
export type WrongAnswers = (
  documents: readonly ContrastiveDocument[],
) => Promise<readonly (readonly number[] | undefined)[]>;

/**
 * One completion a document: the positive, or the static negative, or the model's own wrong answer in its place. `wrongAnswers` is asked once,
 * for those documents whose coin says so. Three draws of chance a document, whatever comes of them.
 */
export async function drawCompletions(
  documents: readonly ContrastiveDocument[],
  chance: SamplingRates & { readonly random: Random },
  wrongAnswers: WrongAnswers,
): Promise<DrawnCompletion[]> {
  const coins = drawCoins(documents.length, chance, chance.random);
  const asked = documents.filter((_, i) => !coins[i]!.isPositive && coins[i]!.isGenerated);
  const answers = asked.length > 0 ? await wrongAnswers(asked) : [];
  const wrong = new Map(asked.map((document, i) => [document, answers[i]]));
  return documents.map((document, i) => {
    const { isPositive, isReplaced } = coins[i]!;
    if (isPositive) return { document, completion: document.positive, label: VERIFIED };
    const own = isReplaced ? wrong.get(document) : undefined;
    return { document, completion: own ?? document.negative, label: REFUTED };
  });
}

/** Three draws of chance a document. */
export function drawCoins(documentCount: number, rates: SamplingRates, random: Random) {
  const { positiveRate = 0.5, generationRate = 0.5, replacementRate = 0.5 } = rates;
  return Array.from({ length: documentCount }, () => ({
    isPositive: random.nextDouble() < positiveRate,
    isGenerated: random.nextDouble() < generationRate,
    isReplaced: random.nextDouble() < replacementRate,
  }));
}

/** Throws `out-of-range` unless all rates are probabilities. */
export function requireRates(rates: SamplingRates): void {
  for (const name of ['positiveRate', 'generationRate', 'replacementRate'] as const) {
    const rate = rates[name];
    if (rate === undefined || (rate >= 0 && rate <= 1)) continue;
    throw new SdmError('out-of-range', `sampling rates: wanted ${name} in [0, 1], got ${rate}`);
  }
}
