import { SdmError } from '@sdmjs/core';
import { foreseeModel, jsonBytes, type OptionalPart } from '@sdmjs/interchange';
import type { ExamplePool } from './check-examples.js';
import type { RoundPlan } from './plan-rounds.js';
import type { TrainingSettings } from './settings.js';

export interface ForeseenRun {
  readonly pool: ExamplePool;
  readonly plans: readonly RoundPlan[];
  readonly settings: TrainingSettings;
  readonly classNames: readonly string[];
  readonly keepDocuments: boolean;
}

/**
 * The members of the metadata for which model files may have no room, in the round where they are most. Throws `out-of-range` where the model of
 * a round might not fit its files at all.
 */
export function requireRoomInFiles({
  pool,
  plans,
  settings,
  classNames,
  keepDocuments,
}: ForeseenRun): readonly OptionalPart[] {
  const { features, id, document } = pool.examples;
  const foreseen = plans.map(({ rows: { training, calibration } }) =>
    foreseeModel({
      ...settings,
      supportCount: training.length,
      calibrationCount: calibration.length,
      featureCount: features.columns,
      classNames,
      supportIdBytes: sumOver(training, (row) => jsonBytes(id(row))),
      calibrationIdBytes: sumOver(calibration, (row) => jsonBytes(id(row))),
      documentBytes: keepDocuments ? sumOver(training, (row) => jsonBytes(document(row) ?? '')) : 0,
    }),
  );
  const obstacle = foreseen.find((round) => round.obstacle !== undefined)?.obstacle;
  if (obstacle !== undefined)
    throw new SdmError('out-of-range', `trainModel: the model could not be saved: ${obstacle}`);
  return foreseen.reduce<readonly OptionalPart[]>(
    (most, { leftOut }) => (leftOut.length > most.length ? leftOut : most),
    [],
  );
}

/** Says what is left out, and what becomes of it. */
export function leftOutWarning(leftOut: readonly OptionalPart[]): string {
  return `there are too many rows or epochs for the manifest of a model file; ${leftOut.join(' and ')} of the metadata may have to be left out of it, which no estimate depends on`;
}

/** No array of all of them: memory is short where rows are many. */
function sumOver(rows: Int32Array, bytesOf: (row: number) => number): number {
  return rows.reduce((sum, row) => sum + bytesOf(row), 0);
}
