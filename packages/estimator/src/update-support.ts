import { argMaxRows, createMatrix, type Example, featureMatrix, labelsOf } from '@sdmjs/core';
import { createSupportSet, type SupportSet } from '@sdmjs/exemplars';
import { loadKernels } from '@sdmjs/kernels';
import { requireFeatures } from './check-request.js';
import { adapt } from './exemplar-adaptor.js';
import { requireNewExamples } from './new-examples.js';
import { type RequestOptions, restoreEstimator, type SdmEstimator } from './sdm-estimator.js';
import { normalize } from './standardizer.js';
import { withAddedRows } from './support-history.js';

export interface UpdateSupportOptions extends Pick<RequestOptions, 'fingerprint'> {
  /** Whether the new support rows keep the text of their examples. @default true */
  readonly keepDocuments?: boolean | undefined;
}

/**
 * A new estimator whose support also holds these labelled rows, after those it has: classes of the model, or −99 for rows of no class, which
 * end a run of good exemplars and never count. Weights, distributions and regions stay as they were calibrated, so the result is stale
 * (`isStale`) until `rescoreCalibration`; without rows nothing changes. Throws `shape-mismatch`, `not-finite`, `label-out-of-range`,
 * `duplicate-id` (also for the id of a calibration row), `bad-format` for an empty id, or `fingerprint-mismatch`.
 */
export async function updateSupport(
  estimator: SdmEstimator,
  examples: readonly Example[],
  options: UpdateSupportOptions = {},
): Promise<SdmEstimator> {
  const { model } = estimator;
  const features =
    examples.length === 0 ? createMatrix(0, model.adaptor.projectionWeight.columns) : featureMatrix(examples);
  requireFeatures(model, features, { fingerprint: options.fingerprint, where: 'updateSupport' });
  if (examples.length === 0) return restoreEstimator(estimator);
  requireAddable(estimator, examples);
  const kernels = estimator.kernels ?? (await loadKernels());
  try {
    const outputs = adapt(model.adaptor, normalize(features, model.normalization), kernels);
    const keepsDocuments = options.keepDocuments ?? true;
    const support = joinSupports(model.support, {
      representations: outputs.representations,
      labels: labelsOf(examples),
      predictions: argMaxRows(outputs.logits),
      ids: examples.map(({ id }) => id),
      documents: examples.map(({ document }) => (keepsDocuments ? document : undefined)),
    });
    return restoreEstimator({
      ...estimator,
      model: { ...model, support },
      modelId: undefined,
      createdAt: undefined,
      metadata: await withAddedRows(estimator, features),
    });
  } finally {
    if (!estimator.kernels) kernels.dispose();
  }
}

/** Also not the ids of calibration rows: a row must not be its own exemplar. */
function requireAddable({ model, calibrationScores }: SdmEstimator, examples: readonly Example[]): void {
  requireNewExamples(examples, {
    where: 'updateSupport',
    classCount: model.classNames.length,
    allowsNoClass: true,
    takenIds: [...model.support.ids, ...(calibrationScores?.ids ?? [])],
    taken: 'a support or calibration row already, and a row of the support cannot calibrate; leave it out',
  });
}

function joinSupports(first: SupportSet, second: SupportSet): SupportSet {
  const { rows, columns } = first.representations;
  const data = new Float32Array((rows + second.representations.rows) * columns);
  data.set(first.representations.data);
  data.set(second.representations.data, rows * columns);
  const documents = join(first.documents ?? first.ids.map(() => undefined), second.documents!);
  return createSupportSet({
    representations: createMatrix(rows + second.representations.rows, columns, data),
    labels: Int32Array.from(join(Array.from(first.labels), Array.from(second.labels))),
    predictions: Int32Array.from(join(Array.from(first.predictions), Array.from(second.predictions))),
    ids: join(first.ids, second.ids),
    ...(documents.some((document) => document !== undefined) && { documents }),
    ...(first.metadata && {
      metadata: join(
        first.metadata,
        second.ids.map(() => undefined),
      ),
    }),
  });
}

function join<Value>(first: readonly Value[], second: readonly Value[]): Value[] {
  return [...first, ...second];
}
