import { createRandom, type Example, rowOf } from '@sdmjs/core';
import { verdictFeature } from '../hidden-features.js';
import { type AnswerOptions, completeAnswerRules, roomBeforeVerdict } from './answer-rules.js';
import { type ContrastiveDocument, requireContrastive } from './contrastive-document.js';
import { drawCompletions, requireRates, type SamplingRates } from './draw-completions.js';
import { drawnFeatures } from './drawn-features.js';
import { createHardNegatives } from './hard-negatives.js';

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
 * wrong greedy answer, else the static negative. The label is that of the completion, and the features are those that `wrapLanguageModel` takes.
 */
export async function verdictExamples(options: VerdictExamplesOptions): Promise<Example[]> {
  const { documents, verdict, generationRate = 1, replacementRate = 1, positiveRate = 0.5, seed = 0 } = options;
  const rates = { positiveRate, generationRate, replacementRate };
  requireRates(rates);
  requireContrastive(documents, { what: 'set', room: roomBeforeVerdict(options), taken: new Set() });
  const answers = completeAnswerRules(options, documents);
  const random = createRandom(seed);
  const drawn = await drawCompletions(documents, { ...rates, random }, createHardNegatives(answers).generate);
  const feature = options.feature ?? verdictFeature(verdict.opening);
  const features = await drawnFeatures({ answers, feature }, drawn);
  return drawn.map(({ document, label }, i) => ({ id: document.id, label, features: rowOf(features, i).slice() }));
}
