import { createRandom, type Example, rowOf, SdmError } from '@sdmjs/core';
import { verdictFeature } from '../hidden-features.js';
import { type AnswerOptions, completeAnswerRules, requireAnswerOptions } from './answer-rules.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import { drawCoins, drawCompletions, requireRates, type SamplingRates } from './draw-completions.js';
import { drawnFeatures } from './drawn-features.js';
import { createHardNegatives } from './hard-negatives.js';
import { requireContrastive } from './require-contrastive.js';

export interface VerdictExamplesOptions extends AnswerOptions, SamplingRates {
  readonly documents: readonly ContrastiveDocument[];
  /** @default 1 */
  readonly generationRate?: number;
  /** @default 1 */
  readonly replacementRate?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * One labelled example a document for `trainModel`, as the final SDM layer of arXiv 2510.26183 is trained: half positives, else the model's own
 * wrong greedy answer, an empty one included, else the static negative. The label is that of the completion, and the features are those that
 * `wrapLanguageModel` takes. Throws `class-missing`, before anything is generated, where chance would draw one verdict only.
 */
export async function verdictExamples(options: VerdictExamplesOptions): Promise<Example[]> {
  const { documents, verdict, generationRate = 1, replacementRate = 1, positiveRate = 0.5, seed = 0 } = options;
  const rates = { positiveRate, generationRate, replacementRate };
  requireRates(rates);
  requireAnswerOptions(options, 'verdictExamples');
  requireContrastive(documents, { what: 'set', options, taken: new Set() });
  requireBothVerdicts(documents.length, { rates, seed });
  const answers = completeAnswerRules(options, documents);
  const random = createRandom(seed);
  const drawn = await drawCompletions(documents, { ...rates, random }, createHardNegatives(answers).generate);
  const feature = options.feature ?? verdictFeature(verdict.opening);
  const features = await drawnFeatures({ answers, feature }, drawn);
  return drawn.map(({ document, label }, i) => ({ id: document.id, label, features: rowOf(features, i).slice() }));
}

/** Nothing can be trained on one class; whoever asks for one by its rate, gets it. */
function requireBothVerdicts(
  documentCount: number,
  { rates, seed }: { readonly rates: Required<SamplingRates>; readonly seed: number },
): void {
  if (rates.positiveRate === 0 || rates.positiveRate === 1) return;
  const positiveCount = drawCoins(documentCount, rates, createRandom(seed)).filter(
    ({ isPositive }) => isPositive,
  ).length;
  if (positiveCount > 0 && positiveCount < documentCount) return;
  throw new SdmError(
    'class-missing',
    `verdictExamples: ${documentCount} documents drew ${positiveCount} right answers and ${documentCount - positiveCount} wrong ones, and an estimator needs both; give more documents or another seed`,
  );
}
