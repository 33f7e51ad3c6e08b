import { printable } from '@sdmjs/core';
import type { Estimate, SdmEstimator } from '@sdmjs/estimator';
import { CLASS_NAMES } from '../mails/read-mails.js';
import type { FinishedRun, JudgedItem } from '../triage-run.js';
import { formatAlpha } from './results-table.js';

const EXEMPLARS_SHOWN = 3;
const EXCERPT_LENGTH = 110;

/** Three texts in words: one admitted, one rejected that looks like a mail, one far from all mails. */
export async function explainThree({ estimator, judged }: FinishedRun): Promise<string> {
  const chosen: [title: string, from: readonly JudgedItem[], wanted: ((row: JudgedItem) => boolean)[]][] = [
    [
      'Admitted: a test mail',
      judged.test,
      [({ estimate, label }) => estimate.admitted && estimate.decision === label && label === 1, isAdmitted],
    ],
    [
      'Rejected: ham that looks like spam',
      judged.hardHam,
      [(row) => !isAdmitted(row) && row.estimate.prediction !== row.label, (row) => !isAdmitted(row)],
    ],
    ['Far: no mail at all', judged.brown, [isFar, (row) => !isAdmitted(row)]],
  ];
  const texts: string[] = [];
  for (const [title, from, wanted] of chosen) {
    const row = wanted.map((isWanted) => from.find(isWanted)).find((found) => found !== undefined);
    if (row === undefined) texts.push(`— ${title}: there is none in this run`);
    else texts.push(`— ${title}\n${await explain(estimator, row)}`);
  }
  return texts.join('\n\n');
}

const isAdmitted = ({ estimate }: JudgedItem) => estimate.admitted;
const isFar = ({ estimate }: JudgedItem) => !estimate.admitted && estimate.reason === 'out-of-distribution';

/** A text, the verdict on it, what the verdict rests on and the nearest mails of D_tr. */
export async function explain(
  estimator: SdmEstimator,
  {
    item,
    features,
  }: Pick<JudgedItem, 'features'> & { readonly item: { readonly text: string; readonly label?: number | undefined } },
): Promise<string> {
  const estimate = await estimator.estimate(features, { nearestCount: EXEMPLARS_SHOWN });
  const truth = item.label === undefined ? '' : `   (it is ${CLASS_NAMES[item.label]})`;
  return [
    `text      ${excerpt(item.text)}`,
    `verdict   ${verdictOf(estimate)}${truth}`,
    `because   ${reasonOf(estimate, estimator.targetAccuracy)}`,
    `evidence  SDM ${estimate.probability.toFixed(3)}, q ${estimate.similarity}, d ${estimate.distanceQuantile.toFixed(2)}, q' ${estimate.rescaledSimilarity.toFixed(1)}, region ${estimate.regionAlpha > 0 ? `α ${formatAlpha(estimate.regionAlpha)}` : 'none'}`,
    ...estimate.nearestExemplars.map(({ isGood, label, prediction, document, id }, i) => {
      const name = CLASS_NAMES[label] ?? 'of no class';
      const judgedAs = label === prediction ? name : `${name}, which the model takes for ${CLASS_NAMES[prediction]}`;
      return `${i === 0 ? 'nearest ' : '        '}${isGood ? '+' : '−'} ${excerpt(document ?? id)} (${judgedAs})`;
    }),
  ].join('\n');
}

function verdictOf(estimate: Estimate): string {
  if (estimate.admitted) return `${CLASS_NAMES[estimate.decision]}, admitted`;
  return `rejected (${estimate.reason}); the prediction would be ${CLASS_NAMES[estimate.prediction]}`;
}

function reasonOf(estimate: Estimate, targetAccuracy: number): string {
  const { similarity, distanceQuantile, prediction } = estimate;
  const alpha = formatAlpha(targetAccuracy);
  const name = CLASS_NAMES[prediction]!;
  const good =
    similarity === 1
      ? `only the nearest mail of D_tr is ${name} and judged so`
      : `the ${similarity} nearest mails of D_tr are ${name} and judged so`;
  const near =
    distanceQuantile > 0
      ? `${Math.round(100 * distanceQuantile)} % of the mails of D_ca were farther from theirs`
      : 'no mail of D_ca was so far from its own';
  if (estimate.admitted) {
    return `${good}, and ${near}: inside the region of α = ${alpha}`;
  }
  if (estimate.reason === 'out-of-distribution') {
    const why = similarity === 0 ? `the nearest mail of D_tr is not ${name} that is judged so` : near;
    return `${why}: unlike anything the estimator was calibrated for`;
  }
  return `${good}, and ${near}: not enough for α = ${alpha}`;
}

/** The beginning of a text on one line, as a terminal may see it. */
export function excerpt(text: string): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line;
}
