import type { LanguageModel } from '@sdmjs/language-model';
import type { WordOrderItem } from '../items.js';
import { promptTokens, taskTokens, wordIds } from '../task-tokens.js';

/** Simple scores of an answer, from the language model alone; larger means surer. */
export interface AnswerScores {
  /** ln of the probability of words and `<end>`. */
  readonly sequenceLogProbability: number;
  /** Mean over words and `<end>`. */
  readonly meanTokenProbability: number;
  /** Probability of `Yes` after `<verified>`. */
  readonly yesProbability: number;
  /** Share of the answer in the probability of all orders of its words. */
  readonly orderProbability: number;
}

/** Scores each item's answer beside all orders of its words. */
export async function scoreAnswers(
  languageModel: Pick<LanguageModel, 'tokenizer' | 'score'>,
  items: readonly Pick<WordOrderItem, 'prefix' | 'shuffled'>[],
  options: {
    readonly answers: readonly (readonly string[])[];
    readonly onProgress?: (completed: number) => void;
    readonly signal: AbortSignal;
  },
): Promise<AnswerScores[]> {
  const { answers, onProgress, signal } = options;
  const { tokenizer } = languageModel;
  const tokens = taskTokens(tokenizer);
  const scores: AnswerScores[] = [];
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    const slice = items.slice(start, start + ITEMS_AT_ONCE);
    const sequences = slice.flatMap((item, i) => {
      const prompt = promptTokens(item, tokenizer, tokens);
      const ids = wordIds(tokenizer, answers[start + i]!);
      return permutations(ids).map((order) => [...prompt, ...order, tokens.end, tokens.verified, tokens.yes]);
    });
    const logProbabilities = await languageModel.score(sequences, signal);
    const orderCount = sequences.length / slice.length;
    slice.forEach((_, i) => {
      const orders = logProbabilities.slice(i * orderCount, (i + 1) * orderCount);
      scores.push(scoresOf(orders, answers[start + i]!.length));
    });
    onProgress?.(scores.length);
  }
  return scores;
}

const ITEMS_AT_ONCE = 128;

/** `orders`: log-probabilities of the tokens of every order, the answer itself first. */
function scoresOf(orders: readonly Float32Array[], answerLength: number): AnswerScores {
  const written = orders.map((tokens) => tokens.subarray(tokens.length - answerLength - 3, tokens.length - 2));
  const totals = written.map((tokens) => tokens.reduce((sum, value) => sum + value, 0));
  const largest = Math.max(...totals);
  const sum = totals.reduce((total, value) => total + Math.exp(value - largest), 0);
  return {
    sequenceLogProbability: totals[0]!,
    meanTokenProbability: written[0]!.reduce((total, value) => total + Math.exp(value), 0) / written[0]!.length,
    yesProbability: Math.exp(orders[0]!.at(-1)!),
    orderProbability: Math.exp(totals[0]! - largest) / sum,
  };
}

/** All orders, the given one first. */
export function permutations<Value>(values: readonly Value[]): Value[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, i) =>
    permutations([...values.slice(0, i), ...values.slice(i + 1)]).map((rest) => [value, ...rest]),
  );
}
