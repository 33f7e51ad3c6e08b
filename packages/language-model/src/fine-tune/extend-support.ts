import { argMaxRows, createMatrix, type Matrix } from '@sdmjs/core';
import { adapt, normalize, type SdmModel } from '@sdmjs/estimator';
import type { Kernels } from '@sdmjs/kernels';
import type { DrawnCompletion } from './contrastive-document.js';

/** The model with more support rows behind those it has, seen with its own adaptor. `features` `[rows, D]` */
export function extendSupport(
  model: SdmModel,
  { rows, features }: { readonly rows: readonly DrawnCompletion[]; readonly features: Matrix },
  kernels: Kernels,
): SdmModel {
  const { support } = model;
  const { representations, logits } = adapt(model.adaptor, normalize(features, model.normalization), kernels);
  const taken = new Set(support.ids);
  return {
    ...model,
    support: {
      representations: rowsAfter(support.representations, representations),
      labels: Int32Array.from([...support.labels, ...rows.map(({ label }) => label)]),
      predictions: Int32Array.from([...support.predictions, ...argMaxRows(logits)]),
      ids: [...support.ids, ...rows.map(({ document }) => freeId(document.id, taken))],
    },
  };
}

function rowsAfter(first: Matrix, second: Matrix): Matrix {
  const joined = createMatrix(first.rows + second.rows, first.columns);
  joined.data.set(first.data);
  joined.data.set(second.data, first.data.length);
  return joined;
}

/** `id` with as many marks as make it unlike all others, which it joins. */
function freeId(id: string, taken: Set<string>): string {
  let free = `${id}+`;
  while (taken.has(free)) free += '+';
  taken.add(free);
  return free;
}
