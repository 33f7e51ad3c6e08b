import type { NearestExemplar } from '@sdmjs/estimator';
import type { SupportSet } from '@sdmjs/exemplars';
import type { VerifiedAnswer } from '../stages/verify-set.js';
import { CLASS_NAMES } from '../stages/train-estimator.js';
import { verdictWords } from './verdict-words.js';

export interface ShownAnswer extends Pick<VerifiedAnswer, 'prefix' | 'shuffled' | 'answer' | 'estimate'> {
  /** What stands in the text; absent when nobody knows. */
  readonly wanted?: string;
  /** The nearest exemplars to show; absent: the nearest one. */
  readonly exemplars?: readonly NearestExemplar[];
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
    ...(answer.exemplars
      ? exemplarLines(answer.exemplars, estimate.prediction)
      : [`nearest   ${nearestExemplar(support, estimate.nearestExemplar)}`]),
  ].join('\n');
}

/** One line an exemplar, nearest first; q counts those before the first that disagrees or was wrong. */
function exemplarLines(exemplars: readonly NearestExemplar[], prediction: number): string[] {
  const breaking = exemplars.findIndex(({ isGood }) => !isGood);
  return exemplars.map(({ isGood, id, document, label, squaredDistance }, i) => {
    const mark = isGood ? '+' : '−';
    const why = i === breaking ? ` ← not a right ${CLASS_NAMES[prediction]}: q ends here` : '';
    const truth = CLASS_NAMES[label] ?? 'of no class';
    return `${i === 0 ? 'exemplars' : '         '} ${mark} ${squaredDistance.toFixed(2).padStart(8)}  ${document ?? id} (${truth})${why}`;
  });
}

function nearestExemplar(support: SupportSet, index: number): string {
  const label = CLASS_NAMES[support.labels[index]!] ?? 'of no class';
  const prediction = CLASS_NAMES[support.predictions[index]!]!;
  const agreement = label === prediction ? `${label}, as predicted` : `${label}, though predicted ${prediction}`;
  return `${support.documents?.[index] ?? support.ids[index]} (${agreement})`;
}
