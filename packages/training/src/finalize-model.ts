import { argMaxRows, requireFinite } from '@sdmjs/core';
import { type CalibrationRows, createCalibrationRows, type Representation, type SdmModel } from '@sdmjs/estimator';
import type { SupportSet } from '@sdmjs/exemplars';
import type { ExamplePool } from './check-examples.js';
import { mapRows } from './map-rows.js';
import { standardizedSplits, type RoundResult, type RoundTraining } from './train-round.js';

export interface Finalizing extends Pick<RoundTraining, 'settings' | 'engine' | 'signal'> {
  readonly pool: ExamplePool;
  readonly winner: RoundResult;
  readonly classNames: readonly string[];
  readonly representation: Representation;
  readonly keepDocuments: boolean;
}

/** The model of the best epoch, with its training rows as support, and the calibration rows as that epoch scored them. */
export async function finalizeModel(
  finalizing: Finalizing,
): Promise<{ model: SdmModel; calibrationScores: CalibrationRows }> {
  const { pool, settings, engine, winner, classNames, representation, signal } = finalizing;
  const { plan, normalization, best } = winner;
  const { features, labels } = standardizedSplits(pool, plan, normalization);
  const round = await engine.start({ ...settings, adaptor: best.adaptor, features, labels: labels.training });
  try {
    const { representations, logits } = await round.forward('training', signal);
    const { id, document } = pool.examples;
    const hasDocuments = finalizing.keepDocuments && plan.rows.training.some((row) => document(row) !== undefined);
    // The examples were checked before training; checking their ids again would take the memory that it left free.
    requireFinite(representations, 'trainModel: representations');
    const support: SupportSet = {
      representations,
      labels: labels.training,
      predictions: argMaxRows(logits),
      ids: mapRows(plan.rows.training, id),
      ...(hasDocuments && { documents: mapRows(plan.rows.training, document) }),
    };
    const { maxSimilarity, similarityOffset, outOfDistributionLimit } = settings;
    const limits = { maxSimilarity, similarityOffset, outOfDistributionLimit };
    const calibrationScores = createCalibrationRows({
      ...limits,
      ids: mapRows(plan.rows.calibration, id),
      labels: labels.calibration,
      ...best.calibration,
    });
    return {
      model: { adaptor: best.adaptor, normalization, support, classNames, ...limits, representation },
      calibrationScores,
    };
  } finally {
    round.dispose();
  }
}
