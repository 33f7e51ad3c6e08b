import { argMaxRows } from '@sdmjs/core';
import { type CalibrationRows, createCalibrationRows, type Representation, type SdmModel } from '@sdmjs/estimator';
import { createSupportSet } from '@sdmjs/exemplars';
import type { ExamplePool } from './check-examples.js';
import { scoreAgainstSupport } from './score-splits.js';
import { prepareSplits, type RoundResult, type RoundTraining } from './train-round.js';

export interface Finalizing extends Pick<RoundTraining, 'settings' | 'engine' | 'signal'> {
  readonly pool: ExamplePool;
  readonly winner: RoundResult;
  readonly classNames: readonly string[];
  readonly representation: Representation;
  readonly keepDocuments: boolean;
}

/** The model of the best epoch, with its training rows as support, and the calibration rows as it scores them. */
export async function finalizeModel(
  finalizing: Finalizing,
): Promise<{ model: SdmModel; calibrationScores: CalibrationRows }> {
  const { pool, settings, engine, winner, classNames, representation, signal } = finalizing;
  const { plan, normalization, best } = winner;
  const { features, labels } = prepareSplits(pool, plan, normalization);
  const round = await engine.start({ ...settings, adaptor: best.adaptor, features, labels: labels.training });
  try {
    const { classCount } = pool;
    const scored = await scoreAgainstSupport({ engine, round, labels, classCount, settings, signal });
    const { similarities, nearestDistances, outputs } = scored.calibration;
    const examples = Array.from(plan.rows.training, (row) => pool.examples[row]!);
    const documents = examples.map(({ document }) => document);
    const hasDocuments = finalizing.keepDocuments && documents.some((document) => document !== undefined);
    const support = createSupportSet({
      representations: scored.support.representations,
      labels: labels.training,
      predictions: argMaxRows(scored.support.logits),
      ids: examples.map(({ id }) => id),
      ...(hasDocuments && { documents }),
    });
    const { maxSimilarity, similarityOffset, outOfDistributionLimit } = settings;
    const limits = { maxSimilarity, similarityOffset, outOfDistributionLimit };
    const calibrationScores = createCalibrationRows({
      ...limits,
      ids: Array.from(plan.rows.calibration, (row) => pool.examples[row]!.id),
      labels: labels.calibration,
      logits: outputs.logits,
      similarities,
      nearestDistances,
    });
    return {
      model: { adaptor: best.adaptor, normalization, support, classNames, ...limits, representation },
      calibrationScores,
    };
  } finally {
    round.dispose();
  }
}
