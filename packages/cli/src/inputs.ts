import { type Matrix, SdmError } from '@sdmjs/core';
import { adaptorSizes, type Estimate, type EstimateAllOptions, isStale, type SdmEstimator } from '@sdmjs/estimator';
import type { RowOptions, Rows } from '@sdmjs/interchange';
import { loadModel, readRows } from '@sdmjs/interchange/node';
import type { InputOptions, ModelOptions } from './options.js';
import type { Session } from './terminal/session.js';

/** Reads rows and shows how far it is. */
export async function readInput(path: string, options: RowOptions, session: Session): Promise<Rows> {
  const bar = session.startProgress('reading', 100);
  const { signal } = session.interrupts;
  const onProgress = ({ completed, total }: { completed: number; total: number }) => {
    if (total > 0) bar.update((100 * completed) / total);
  };
  try {
    return await readRows(path, { ...options, signal, onProgress });
  } finally {
    bar.end();
  }
}

/** The model and rows that fit it, checked before anything is scored. */
export async function readModelAndRows(
  options: ModelOptions & InputOptions,
  rowOptions: RowOptions,
  session: Session,
): Promise<{ estimator: SdmEstimator; rows: Rows }> {
  const { verifyChecksums, representationFingerprint: expectedFingerprint } = options;
  const estimator = await loadModel(options.model, { verifyChecksums, expectedFingerprint });
  noteStale(estimator, options.model, session);
  const { model } = estimator;
  const fitting = {
    composition: options.composition,
    featureCount: adaptorSizes(model.adaptor).featureCount,
    classCount: model.classNames.length,
    fingerprint: model.representation.fingerprint,
  };
  return { estimator, rows: await readInput(options.input, { ...fitting, ...rowOptions }, session) };
}

/** Says so when rows came into the support of the model at `path` after its regions were found. */
export function noteStale(estimator: SdmEstimator, path: string, { note }: Session): void {
  if (!isStale(estimator)) return;
  note(
    `${path} is stale: rows were added to its support after its regions were found, so these need not keep their target accuracies; calibrate it anew with rescoreCalibration of @sdmjs/estimator`,
  );
}

/** Scores rows and shows how far it is. */
export async function estimateRows(
  estimator: SdmEstimator,
  features: Matrix,
  session: Session,
  options: EstimateAllOptions = {},
): Promise<Estimate[]> {
  const bar = session.startProgress('scoring', features.rows);
  const { signal } = session.interrupts;
  try {
    return await estimator.estimateAll(features, {
      ...options,
      signal,
      onProgress: ({ completed }) => bar.update(completed),
    });
  } finally {
    bar.end();
  }
}

/** The place of the row with this id. Throws `not-found`. */
export function indexOfId({ ids }: Rows, id: string, path: string): number {
  const index = ids.indexOf(id);
  if (index >= 0) return index;
  const shown = ids.slice(0, 3).map((other) => `"${other}"`);
  throw new SdmError(
    'not-found',
    `${path}: there is no row "${id}" among ${ids.length}; its ids begin with ${shown.join(', ')}`,
  );
}
