import type { Matrix } from '@sdmjs/core';
import { type HiddenFeature, hiddenFeatures } from '../hidden-features.js';
import type { AnswerRules } from './answer-rules.js';
import type { DrawnCompletion } from './contrastive-document.js';

/** Features of completions, each ended by `<verified>`. `[drawn, 2 · width]` */
export function drawnFeatures(
  { answers, feature }: { readonly answers: AnswerRules; readonly feature: HiddenFeature },
  drawn: readonly DrawnCompletion[],
): Promise<Matrix> {
  const { decoder, opening, signal } = answers;
  const sequences = drawn.map(({ document, completion }) => [...document.prompt, ...completion, opening]);
  return hiddenFeatures({ decoder, sequences, feature, ...(signal && { signal }) });
}
