import { createRandom, type Random } from '@sdmjs/core';
import {
  createTokenBatch,
  encodeContrastive,
  REFUTED,
  type Tokenizer,
  type TokenBatch,
  type TrainingSequence,
  VERIFIED,
} from '@sdmjs/language-model';
import type { Sentence } from './corpus/sentences.js';
import { anotherOrder, type ItemSite } from './items.js';
import { type TaskTokens, taskTokens, wordIds } from './task-tokens.js';

/** `<ctx> word …`, one sequence a sentence, cut at the context length. */
export function pretrainingSequences(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  contextLength: number,
): TrainingSequence[] {
  const { context } = taskTokens(tokenizer);
  return sentences.map((sentence) => ({ tokens: [context, ...wordIds(tokenizer, sentence)].slice(0, contextLength) }));
}

/** Answers prompts as the model does now: the ids of the words, without `<end>`. */
export type AnswerPrompts = (prompts: readonly number[][]) => Promise<readonly (readonly number[])[]>;

export interface FineTuningPlan {
  readonly sites: readonly ItemSite[];
  readonly tokenizer: Tokenizer;
  readonly answerLength: number;
  readonly tokensPerBatch: number;
  readonly seed: number;
  /** From this step on, the model's own wrong answers are the negatives where it is wrong. */
  readonly ownAnswersFrom: number;
  readonly answerPrompts: AnswerPrompts;
}

/** How much more the verdict counts in the loss than another token. */
export const VERDICT_WEIGHT = 4;

interface EncodedSite {
  readonly prefix: readonly number[];
  readonly answer: readonly number[];
}

/**
 * Batches of items of similar length, half of them with the right answer and `Yes`, half with a wrong one and `No`: another order, or later
 * the model's own. A batch depends on seed and step (and, with own answers, on the weights), so a resumed run goes on as it would have.
 */
export function planFineTuning(plan: FineTuningPlan): (step: number) => Promise<TokenBatch> {
  const tokens = taskTokens(plan.tokenizer);
  const encoded = plan.sites.map(({ sentence, end }) => {
    const start = end - plan.answerLength;
    const prefix = wordIds(plan.tokenizer, sentence.slice(0, start));
    return { prefix, answer: wordIds(plan.tokenizer, sentence.slice(start, end)) };
  });
  const rowLength = (site: EncodedSite) => site.prefix.length + 2 * plan.answerLength + 5;
  const groupsOf = (epoch: number) =>
    groupByLength(encoded, rowLength, { ...plan, random: chanceOf(plan.seed, epoch) });
  let epoch = 0;
  let groups = groupsOf(epoch); // as many in every epoch
  return async (step) => {
    const wanted = Math.floor(step / groups.length);
    if (wanted !== epoch) {
      epoch = wanted;
      groups = groupsOf(epoch);
    }
    const random = chanceOf(plan.seed, 1_000_000 + step);
    const context = { plan, tokens, random, ownAnswers: step >= plan.ownAnswersFrom };
    return createTokenBatch(await sequencesOf(groups[step % groups.length]!, context));
  };
}

function chanceOf(seed: number, index: number): Random {
  return createRandom((BigInt(seed) << 32n) + BigInt(index));
}

/** Batches of neighbours in length, in an order by chance; items of one length are mixed anew each epoch. */
function groupByLength(
  sites: readonly EncodedSite[],
  rowLength: (site: EncodedSite) => number,
  options: { readonly tokensPerBatch: number; readonly random: Random },
): EncodedSite[][] {
  const { tokensPerBatch, random } = options;
  const mixed = Array.from(random.permutation(sites.length), (index) => sites[index]!);
  mixed.sort((a, b) => rowLength(a) - rowLength(b));
  const groups: EncodedSite[][] = [[]];
  for (const site of mixed) {
    const group = groups.at(-1)!;
    if (group.length > 1 && (group.length + 1) * rowLength(site) > tokensPerBatch) groups.push([site]);
    else group.push(site);
  }
  return Array.from(random.permutation(groups.length), (index) => groups[index]!);
}

interface BatchContext {
  readonly plan: FineTuningPlan;
  readonly tokens: TaskTokens;
  readonly random: Random;
  readonly ownAnswers: boolean;
}

async function sequencesOf(sites: readonly EncodedSite[], context: BatchContext): Promise<TrainingSequence[]> {
  const { plan, tokens, random } = context;
  const items = sites.map(({ prefix, answer }) => {
    const shuffled = anotherOrder(answer, random);
    return {
      prefix,
      answer,
      prompt: [tokens.shuffled, ...shuffled, tokens.context, ...prefix],
      wrong: anotherOrder(answer, random, shuffled),
    };
  });
  const order = random.permutation(items.length);
  const negatives = Array.from(order.subarray(0, Math.floor(items.length / 2)), (index) => items[index]!);
  if (context.ownAnswers && negatives.length > 0) {
    const own = await plan.answerPrompts(negatives.map((item) => item.prompt));
    negatives.forEach((item, i) => {
      if (own[i]!.join() !== item.answer.join()) item.wrong = [...own[i]!];
    });
  }
  const isNegative = new Set(negatives);
  return items.map((item) => itemSequence(item, isNegative.has(item) ? item.wrong : item.answer, tokens));
}

/**
 * The sequence of one item: no loss on the shuffled words and on `<verified>`; of a wrong answer only the verdict is in the loss; with the
 * right one the running text before it is, too.
 */
export function itemSequence(
  item: { readonly prefix: readonly number[]; readonly answer: readonly number[]; readonly prompt: readonly number[] },
  completion: readonly number[],
  tokens: TaskTokens,
): TrainingSequence {
  const isRight = completion.join() === item.answer.join();
  const sequence = encodeContrastive({
    prompt: item.prompt,
    completion: [...completion, tokens.end],
    label: isRight ? VERIFIED : REFUTED,
    verdict: { opening: tokens.verified, yes: tokens.yes, no: tokens.no },
    verdictWeight: VERDICT_WEIGHT,
    openingWeight: 0,
  });
  if (!isRight) return sequence;
  const prefixStart = item.prompt.length - item.prefix.length;
  const weights = Array.from(sequence.weights!, (weight, i) =>
    i >= prefixStart && i < item.prompt.length ? 1 : weight,
  );
  return { ...sequence, weights };
}
