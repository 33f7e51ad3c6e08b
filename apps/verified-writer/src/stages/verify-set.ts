import type { Estimate, SdmEstimator } from '@sdmjs/estimator';
import type { LanguageModel } from '@sdmjs/language-model';
import { type REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import { isExactMatch } from '../items.js';
import { type RunContext, timed } from '../run-context.js';
import { type LogisticRegression, logisticProbabilities } from '../scores/logistic-regression.js';
import { type AnswerScores, scoreAnswers } from '../scores/score-answers.js';
import type { AnsweredSet } from './answer-set.js';

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
  Estimate,
  'prediction' | 'probability' | 'similarity' | 'distanceQuantile' | 'rescaledSimilarity' | 'regionAlpha'
> & { readonly nearestExemplar: number; readonly isOutOfDistribution: boolean };

export type ReportedSet = (typeof REPORTED_SETS)[number];

/** What answers are verified and scored with. */
export interface WritingModels {
  readonly languageModel: LanguageModel;
  readonly estimator: SdmEstimator;
  readonly regression: LogisticRegression;
}

/** Verdicts and scores of the answers of a reported set, from the run folder when they are there. */
export async function verifySet(
  context: RunContext,
  models: WritingModels,
  set: { readonly name: ReportedSet; readonly answered: AnsweredSet },
): Promise<readonly VerifiedAnswer[]> {
  const fileName = `verified-${set.name}.json`;
  if (!context.folder.has(fileName)) {
    await timed(context, 'verified answers', async () => {
      context.folder.writeJson(fileName, await verifyItems(context, models, set));
    });
  }
  return context.folder.readJson(fileName) as VerifiedAnswer[];
}

async function verifyItems(
  { terminal, signal, corpus }: RunContext,
  { languageModel, estimator, regression }: WritingModels,
  { name, answered }: { readonly name: ReportedSet; readonly answered: AnsweredSet },
): Promise<VerifiedAnswer[]> {
  const items = corpus.sets[name];
  const { answers, features } = answered;
  const progress = terminal.startProgress(`Verifying ${SET_TITLES[name]}`, items.length);
  const estimates = await estimator.estimateAll(features, { signal });
  const logistic = logisticProbabilities(regression, features);
  const scores = await scoreAnswers(languageModel, items, {
    answers,
    onProgress: (completed) => progress.update(completed),
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
    estimate: recordOf(estimates[i]!),
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

/** What is kept of an estimate. */
export function recordOf(estimate: Estimate): EstimateRecord {
  const { prediction, probability, similarity, distanceQuantile, rescaledSimilarity, regionAlpha } = estimate;
  return {
    prediction,
    probability,
    similarity,
    distanceQuantile,
    rescaledSimilarity,
    regionAlpha,
    nearestExemplar: estimate.nearestIndex,
    isOutOfDistribution: !estimate.admitted && estimate.reason === 'out-of-distribution',
  };
}
