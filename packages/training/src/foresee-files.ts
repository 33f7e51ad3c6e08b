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
  // Once for all rounds, which share the rows: a text is spelled to be measured.
  const idBytes = bytesOfRows(features.rows, id);
  const documentBytes = keepDocuments ? bytesOfRows(features.rows, (row) => document(row) ?? '') : undefined;
  const foreseen = plans.map(({ rows: { training, calibration } }) =>
    foreseeModel({
      ...settings,
      supportCount: training.length,
      calibrationCount: calibration.length,
      featureCount: features.columns,
      classNames,
      supportIdBytes: sumOf(idBytes, training),
      calibrationIdBytes: sumOf(idBytes, calibration),
      documentBytes: documentBytes ? sumOf(documentBytes, training) : 0,
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

function bytesOfRows(count: number, textOf: (row: number) => string): Int32Array {
  const bytes = new Int32Array(count);
  for (let row = 0; row < count; row++) bytes[row] = jsonBytes(textOf(row));
  return bytes;
}

function sumOf(bytes: Int32Array, rows: Int32Array): number {
  return rows.reduce((sum, row) => sum + bytes[row]!, 0);
}
