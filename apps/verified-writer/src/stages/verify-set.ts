import type { LanguageModel, Verification, VerifiedGeneration } from '@sdmjs/language-model';
import { answerRequest, featureOfAnswer } from '../answer-prompts.js';
import { type REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import { isExactMatch } from '../items.js';
import { type RunContext, timed } from '../run-context.js';
import { type LogisticRegression, logisticProbabilities } from '../scores/logistic-regression.js';
import { type AnswerScores, scoreAnswers } from '../scores/score-answers.js';
import { promptTokens, taskTokens } from '../task-tokens.js';

/** Scores that a simple threshold can be put on. */
export interface BaselineScores extends AnswerScores {
  /** Probability of a right answer by a logistic regression on the features. */
  readonly logisticProbability: number;
}

/** One answer with everything that was said about it. */
export interface VerifiedAnswer {
  readonly id: string;
  readonly prefix: string;
  readonly shuffled: string;
  readonly answer: string;
  /** What stands in the text. */
  readonly wanted: string;
  readonly isCorrect: boolean;
  readonly scores: BaselineScores;
  readonly estimate: EstimateRecord;
}

/** What is kept of an estimate; `regionAlpha` is the largest target accuracy at which it is admitted, 0 for none. */
export type EstimateRecord = Pick<
  Verification,
  'prediction' | 'probability' | 'similarity' | 'distanceQuantile' | 'rescaledSimilarity' | 'regionAlpha'
> & { readonly nearestExemplar: number; readonly isOutOfDistribution: boolean };

export type ReportedSet = (typeof REPORTED_SETS)[number];

/** The two faces of one language model: plain, and wrapped so that its generations carry verdicts. */
export interface WritingModels {
  readonly languageModel: LanguageModel;
  readonly verifiedModel: LanguageModel<VerifiedGeneration>;
  readonly regression: LogisticRegression;
}

/** Answers and verdicts of a reported set, from the run folder when they are there. */
export async function verifySet(
  context: RunContext,
  models: WritingModels,
  name: ReportedSet,
): Promise<readonly VerifiedAnswer[]> {
  const fileName = `verified-${name}.json`;
  if (!context.folder.has(fileName)) {
    await timed(context, 'verified answers', async () => {
      context.folder.writeJson(fileName, await verifyItems(context, models, name));
    });
  }
  return context.folder.readJson(fileName) as VerifiedAnswer[];
}

async function verifyItems(context: RunContext, models: WritingModels, name: ReportedSet): Promise<VerifiedAnswer[]> {
  const { preset, terminal, signal, corpus } = context;
  const { languageModel, verifiedModel, regression } = models;
  const { tokenizer } = languageModel;
  const { answerLength } = preset.corpus;
  const tokens = taskTokens(tokenizer);
  const items = corpus.sets[name];
  const progress = terminal.startProgress(`Answering and verifying ${SET_TITLES[name]}`, 2 * items.length);
  const generations = await verifiedModel.generate({
    ...answerRequest(tokens, answerLength),
    prompts: items.map((item) => promptTokens(item, tokenizer, tokens)),
    onProgress: ({ completed }) => progress.update(completed / 2),
    signal,
  });
  const features = await languageModel.features({
    sequences: generations.map(({ prompt, tokens: written }) => [...prompt, ...written, tokens.verified]),
    feature: featureOfAnswer(tokens, answerLength),
    signal,
  });
  const logistic = logisticProbabilities(regression, features);
  const answers = generations.map((generation) => wordsWritten(generation, tokenizer, answerLength));
  const scores = await scoreAnswers(languageModel, items, {
    answers,
    onProgress: (completed) => progress.update(items.length + completed),
    signal,
  });
  progress.end();
  return items.map((item, i) => ({
    id: item.id,
    prefix: item.prefix.join(' '),
    shuffled: item.shuffled.join(' '),
    answer: answers[i]!.join(' '),
    wanted: item.answer.join(' '),
    isCorrect: isExactMatch(item, answers[i]!),
    scores: { ...scores[i]!, logisticProbability: logistic[i]! },
    estimate: recordOf(generations[i]!.verification),
  }));
}

/** The words of an answer, without `<end>`. */
export function wordsWritten(
  generation: { readonly tokens: readonly number[] },
  tokenizer: { token(id: number): string | undefined },
  answerLength: number,
): string[] {
  return generation.tokens.slice(0, answerLength).map((id) => tokenizer.token(id)!);
}

/** What is kept of a verification. */
export function recordOf(verification: Verification): EstimateRecord {
  const { prediction, probability, similarity, distanceQuantile, rescaledSimilarity, regionAlpha } = verification;
  return {
    prediction,
    probability,
    similarity,
    distanceQuantile,
    rescaledSimilarity,
    regionAlpha,
    nearestExemplar: verification.nearestIndex,
    isOutOfDistribution: !verification.admitted && verification.reason === 'out-of-distribution',
  };
}
