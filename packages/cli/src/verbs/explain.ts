import { rowOf } from '@sdmjs/core';
import type { Estimate, SdmEstimator } from '@sdmjs/estimator';
import type { Rows } from '@sdmjs/interchange';
import { indexOfId, readModelAndRows } from '../inputs.js';
import { count, type InputOptions, type ModelOptions, numberBetween, withInput, withModel } from '../options.js';
import type { VerbHost } from '../program.js';
import { depthStrip, exemplarTable, shorten } from '../tables/depth-strip.js';
import { alphaText, share } from '../tables/table.js';
import type { Session } from '../terminal/session.js';
import { loadAt } from '../load-at.js';

interface ExplainOptions extends ModelOptions, InputOptions {
  readonly id: string;
  readonly nearestExemplars: number;
  readonly alpha?: number;
  readonly json?: boolean;
}

export function addExplain({ verb, run }: VerbHost): void {
  const command = verb('explain', 'say why a model decides or rejects one row, and show the exemplars behind it', [
    'sdm explain --model model.sdmkitmodel --input test.jsonl --id row-7',
    'sdm explain --model model.sdmkitmodel --input test.jsonl --id row-7 --alpha 0.9 --json',
  ]);
  withInput(withModel(command))
    .requiredOption('--id <text>', 'of the row')
    .option(
      '--alpha <number>',
      'target accuracy, a rung of the ladder (default: the lowest rung >= 0.95)',
      numberBetween(0.5, 1),
    )
    .option('--nearest-exemplars <number>', 'to list; the row that breaks the run is always there', count(0), 10);
  run(command, explain);
}

async function explain(options: ExplainOptions, session: Session): Promise<undefined> {
  const { estimator: loaded, rows } = await readModelAndRows(options, {}, session);
  const estimator = loadAt(loaded, options.alpha);
  const index = indexOfId(rows, options.id, options.input);
  await explainRow({ estimator, rows, index, shown: options.nearestExemplars }, session);
  estimator.dispose();
}

/** Tells everything about one row. */
export async function explainRow(
  { estimator, rows, index, shown }: { estimator: SdmEstimator; rows: Rows; index: number; shown: number },
  session: Session,
): Promise<void> {
  const features = rowOf(rows.features, index);
  const first = await estimator.estimate(features, { nearestCount: 0 });
  // One more than q shows the row that breaks the run.
  const nearestCount = Math.max(shown, first.similarity + 1);
  const estimate = await estimator.estimate(features, { nearestCount });
  const { classNames } = estimator.model;
  const label = rows.labels[index]!;
  const text = shorten(rows.documents[index]);
  session.say(`row        ${rows.ids[index]}${text === '' ? '' : `: ${text}`}`);
  session.say(`label      ${classNames[label] ?? (label === -1 ? 'unknown' : 'of no class')}`);
  for (const line of describe(estimate, estimator)) session.say(line);
  const { nearestExemplars } = estimate;
  const breaking = nearestExemplars.findIndex(({ isGood }) => !isGood);
  session.say(
    `nearest    ${depthStrip(nearestExemplars.slice(0, STRIP_LENGTH))}${nearestExemplars.length > STRIP_LENGTH ? '…' : ''}  ${runOf(estimate, breaking)}`,
  );
  session.say(exemplarTable(nearestExemplars, { classNames, shown }));
  session.tell('explanation', {
    id: rows.ids[index],
    label,
    ...documentOf(estimate, classNames),
    breakingRank: breaking < 0 ? null : breaking + 1,
  });
}

const STRIP_LENGTH = 60;

function describe(estimate: Estimate, { model, targetAccuracy, nestedRegions }: SdmEstimator): string[] {
  const { classNames } = model;
  const region = nestedRegions.regions.find(({ targetAccuracy: alpha }) => alpha === estimate.regionAlpha);
  const verdict = estimate.admitted
    ? `admitted: ${classNames[estimate.decision]}`
    : `rejected (${estimate.reason}); unchecked prediction ${classNames[estimate.prediction]}`;
  const bounds = region
    ? `α ${alphaText(region.targetAccuracy)}: q' >= ${share(region.minRescaledSimilarity, 2)} and ${classNames.map((name, c) => `${name} >= ${share(region.classThresholds[c])}`).join(', ')}`
    : 'none admits the row';
  return [
    `decision   ${verdict}, at target accuracy ${alphaText(targetAccuracy)}`,
    `similarity q = ${estimate.similarity}, rescaled q' = ${share(estimate.rescaledSimilarity, 2)}`,
    `distance   d = ${share(estimate.distanceQuantile)} (1 is near), squared ${estimate.nearestDistance.toPrecision(4)}; band [${share(estimate.distanceBand.lower)}, ${share(estimate.distanceBand.upper)}]`,
    `magnitude  ${share(estimate.magnitude)}; SDM ${classNames.map((name, c) => `${name} ${share(estimate.probabilities[c])}`).join(', ')}`,
    `region     ${bounds}; at the lower end of the band ${estimate.lower.regionAlpha === 0 ? 'none' : `α ${alphaText(estimate.lower.regionAlpha)}`}`,
  ];
}

function runOf({ similarity, nearestExemplars }: Estimate, breaking: number): string {
  if (breaking < 0) return `all ${nearestExemplars.length} agree; q is capped`;
  return similarity === 0
    ? 'the nearest one already disagrees'
    : `${similarity} agree, then rank ${breaking + 1} does not`;
}

function documentOf(estimate: Estimate, classNames: readonly string[]) {
  return {
    admitted: estimate.admitted,
    ...(estimate.admitted ? { decision: estimate.decision } : { reason: estimate.reason }),
    prediction: estimate.prediction,
    predictionName: classNames[estimate.prediction],
    q: estimate.similarity,
    qPrime: estimate.rescaledSimilarity,
    d: estimate.distanceQuantile,
    d0: estimate.nearestDistance,
    magnitude: estimate.magnitude,
    sdm: estimate.probabilities,
    zPrime: estimate.logits,
    centroidRegionAlpha: estimate.regionAlpha,
    lowerRegionAlpha: estimate.lower.regionAlpha,
    distanceBand: estimate.distanceBand,
    nearestExemplars: estimate.nearestExemplars,
  };
}
