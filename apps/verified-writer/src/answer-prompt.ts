import { answerRequest } from './answer-prompts.js';
import type { Writer } from './load-writer.js';
import { parsePrompt } from './parse-prompt.js';
import { showAnswer } from './report/show-answer.js';
import { recordOf, wordsWritten } from './stages/verify-set.js';
import { promptTokens, taskTokens } from './task-tokens.js';

/** Answers one typed prompt and shows the answer with its verdict. Throws what `parsePrompt` throws. */
export async function answerPrompt(
  { verifiedModel, estimator }: Writer,
  text: string,
  options: { readonly answerLength: number; readonly targetAccuracy: number },
): Promise<string> {
  const { answerLength, targetAccuracy } = options;
  const { tokenizer, config } = verifiedModel;
  const item = parsePrompt(text, { tokenizer, answerLength, contextLength: config.contextLength });
  const tokens = taskTokens(tokenizer);
  const [generation] = await verifiedModel.generate({
    ...answerRequest(tokens, answerLength),
    prompts: [promptTokens(item, tokenizer, tokens)],
  });
  const shown = {
    prefix: item.prefix.join(' '),
    shuffled: item.shuffled.join(' '),
    answer: wordsWritten(generation!, tokenizer, answerLength).join(' '),
    estimate: recordOf(generation!.verification),
    exemplars: generation!.verification.nearestExemplars,
    ...(item.wanted ? { wanted: item.wanted.join(' ') } : {}),
  };
  return showAnswer(shown, estimator.model.support, targetAccuracy);
}
