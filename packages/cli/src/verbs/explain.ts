import { rowOf } from '@sdmjs/core';
import { explain, type Explanation, type SdmEstimator } from '@sdmjs/estimator';
import type { Rows } from '@sdmjs/interchange';
import { indexOfId, readModelAndRows } from '../inputs.js';
import { count, type InputOptions, type ModelOptions, numberBetween, withInput, withModel } from '../options.js';
import type { VerbHost } from '../program.js';
import { depthStrip, exemplarTable, shorten } from '../tables/depth-strip.js';
import { explanationLines, runText } from '../tables/explanation-lines.js';
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
  run(command, explainById);
}

async function explainById(options: ExplainOptions, session: Session): Promise<undefined> {
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
  const { similarity } = await estimator.estimate(features, { nearestCount: 0 });
  // One more than q shows the row that breaks the run; q counts no further than its cap.
  const atLeast = Math.min(similarity + 1, estimator.model.maxSimilarity);
  const explanation = await explain(estimator, features, { nearestCount: Math.max(shown, atLeast) });
  const { classNames, estimate } = explanation;
  const { nearestExemplars } = estimate;
  const label = rows.labels[index]!;
  const text = shorten(rows.documents[index]);
  session.say(`row        ${rows.ids[index]}${text === '' ? '' : `: ${text}`}`);
  session.say(`label      ${classNames[label] ?? (label === -1 ? 'unknown' : 'of no class')}`);
  for (const line of explanationLines(explanation)) session.say(line);
  const run = { similarity, isBroken: explanation.run.kind === 'exemplar' };
  session.say(`nearest    ${depthStrip(nearestExemplars.length, run)}  ${runText(explanation.run, similarity)}`);
  session.show(exemplarTable(nearestExemplars, { classNames, shown, run }));
  session.tell('explanation', { id: rows.ids[index], label, ...documentOf(explanation) });
}

function documentOf({ estimate, classNames, run, deciding, missing, targetAccuracy, isStale }: Explanation) {
  return {
    targetAccuracy,
    isStale,
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
    region: deciding && {
      alpha: deciding.targetAccuracy,
      minimumRescaledSimilarity: deciding.minRescaledSimilarity,
      outputThresholds: deciding.classThresholds,
      admits: deciding.admits,
    },
    missing,
    nearestExemplars: estimate.nearestExemplars,
    runEnd: run.kind,
    breakingRank: run.kind === 'exemplar' ? estimate.similarity + 1 : null,
    breakReason: run.kind === 'exemplar' ? run.reason : null,
  };
}
