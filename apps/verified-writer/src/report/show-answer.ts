import type { SupportSet } from '@sdmjs/exemplars';
import type { VerifiedAnswer } from '../stages/verify-set.js';
import { CLASS_NAMES } from '../stages/train-estimator.js';
import { verdictWords } from './verdict-words.js';

export interface ShownAnswer extends Pick<VerifiedAnswer, 'prefix' | 'shuffled' | 'answer' | 'estimate'> {
  /** What stands in the text; absent when nobody knows. */
  readonly wanted?: string;
}

/** A generation in a few lines: prompt, answer, verdict, q, d, region and the nearest exemplar. */
export function showAnswer(answer: ShownAnswer, support: SupportSet, targetAccuracy: number): string {
  const { estimate, wanted } = answer;
  const region = estimate.regionAlpha > 0 ? `α ${estimate.regionAlpha}` : 'none';
  const truth =
    wanted === undefined ? '' : wanted === answer.answer ? '   (as in the text)' : `   (in the text: ${wanted})`;
  return [
    `prompt    ${answer.prefix} … [${answer.shuffled}]`,
    `answer    ${answer.answer}${truth}`,
    `verdict   ${verdictWords(estimate, targetAccuracy)}`,
    `evidence  predicted ${CLASS_NAMES[estimate.prediction]} with SDM ${estimate.probability.toFixed(3)}, q ${estimate.similarity}, d ${estimate.distanceQuantile.toFixed(2)}, region ${region}`,
    `nearest   ${nearestExemplar(support, estimate.nearestExemplar)}`,
  ].join('\n');
}

function nearestExemplar(support: SupportSet, index: number): string {
  const label = CLASS_NAMES[support.labels[index]!] ?? 'of no class';
  const prediction = CLASS_NAMES[support.predictions[index]!]!;
  const agreement = label === prediction ? `${label}, as predicted` : `${label}, though predicted ${prediction}`;
  return `${support.documents?.[index] ?? support.ids[index]} (${agreement})`;
}
