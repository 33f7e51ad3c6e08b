import { REFUTED, VERIFIED } from '@sdmjs/language-model';
import type { VerifiedAnswer } from '../stages/verify-set.js';
import type { VerifiedSets } from './measure-rules.js';
import { isAdmitted } from './selection-rules.js';

/** An answer and why it is shown. */
export interface ChosenExample {
  readonly caption: string;
  readonly answer: VerifiedAnswer;
}

type Kind = readonly [
  caption: string,
  from: keyof VerifiedSets,
  fits: (answer: VerifiedAnswer, alpha: number) => boolean,
];

const isAdmittedAs = (prediction: number) => (answer: VerifiedAnswer, alpha: number) =>
  isAdmitted(answer.estimate, alpha) && answer.estimate.prediction === prediction;

const KINDS: readonly Kind[] = [
  ['admitted and right', 'test', (answer, alpha) => isAdmittedAs(VERIFIED)(answer, alpha) && answer.isCorrect],
  ['admitted as refuted: the layer is sure that it is wrong', 'test', isAdmittedAs(REFUTED)],
  ['rejected though right', 'test', (answer, alpha) => !isAdmitted(answer.estimate, alpha) && answer.isCorrect],
  [
    'rejected, and not what the text says (it may be another good order)',
    'test',
    (answer, alpha) => !isAdmitted(answer.estimate, alpha) && !answer.isCorrect,
  ],
  ['other prose, admitted', 'mobyDick', isAdmittedAs(VERIFIED)],
  ['other prose, rejected', 'brown', (answer, alpha) => !isAdmitted(answer.estimate, alpha)],
];

/** Six generations, one of each kind where there is one, the middle one by q' of its kind; the rest are filled up from the test set. */
export function chooseExamples(sets: VerifiedSets, targetAccuracy: number): ChosenExample[] {
  const chosen: ChosenExample[] = [];
  for (const [caption, from, fits] of KINDS) {
    const answer = middle(sets[from].filter((candidate) => fits(candidate, targetAccuracy)));
    if (answer) chosen.push({ caption, answer });
  }
  const shown = new Set(chosen.map(({ answer }) => answer.id));
  const others = sets.test.filter((answer) => !shown.has(answer.id));
  return [...chosen, ...others.map((answer) => ({ caption: 'another answer', answer }))].slice(0, KINDS.length);
}

function middle(answers: readonly VerifiedAnswer[]): VerifiedAnswer | undefined {
  const byRescaledSimilarity = answers.toSorted(
    (a, b) => a.estimate.rescaledSimilarity - b.estimate.rescaledSimilarity,
  );
  return byRescaledSimilarity[Math.floor(answers.length / 2)];
}
