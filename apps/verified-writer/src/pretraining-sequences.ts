import type { Tokenizer, TrainingSequence } from '@sdmjs/language-model';
import type { Sentence } from './corpus/sentences.js';
import { taskTokens, wordIds } from './task-tokens.js';

/** `<ctx> word …`, one sequence a sentence, cut at the context length. */
export function pretrainingSequences(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  contextLength: number,
): TrainingSequence[] {
  const { context } = taskTokens(tokenizer);
  return sentences.map((sentence) => ({ tokens: [context, ...wordIds(tokenizer, sentence)].slice(0, contextLength) }));
}
