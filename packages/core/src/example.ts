import { createMatrix, type Matrix, rowOf } from './matrix.js';
import { SdmError } from './sdm-error.js';

/** Label of a row whose true class nobody knows. */
export const UNLABELED = -1;
/** Label of a support row that belongs to no class: it may be a nearest exemplar, and never a good one. */
export const OUT_OF_DISTRIBUTION = -99;

/** One labelled instance. `features` are given (text becomes features in an adapter); `label` is the truth, `0 … classCount − 1`. */
export interface Example {
  readonly id: string;
  readonly label: number;
  /** `[featureCount]` */
  readonly features: Float32Array;
  readonly document?: string;
}

/** Many examples side by side, row i of every part, without an object for each: a row takes some 200 bytes less. */
export interface ExampleTable {
  readonly ids: readonly string[];
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows, featureCount]` */
  readonly features: Matrix;
  /** Texts; empty where none are kept. */
  readonly documents?: readonly (string | undefined)[] | undefined;
}

/** Row `index` of a table as an example; its features are not copied. */
export function exampleAt({ ids, labels, features, documents }: ExampleTable, index: number): Example {
  const document = documents?.[index];
  const example = { id: ids[index]!, label: labels[index]!, features: rowOf(features, index) };
  return document === undefined ? example : { ...example, document };
}

/** The features of all examples, row by row, copied. `[examples, featureCount]` Throws `shape-mismatch` at the first ragged row. */
export function featureMatrix(examples: readonly Example[]): Matrix {
  const columns = examples[0]?.features.length ?? 0;
  const matrix = createMatrix(examples.length, columns);
  examples.forEach((example, i) => {
    if (example.features.length !== columns) {
      throw new SdmError(
        'shape-mismatch',
        `featureMatrix: example "${example.id}" has ${example.features.length} features, the first has ${columns}`,
      );
    }
    matrix.data.set(example.features, i * columns);
  });
  return matrix;
}

/** The true classes of all examples. `[examples]` */
export function labelsOf(examples: readonly Example[]): Int32Array {
  return Int32Array.from(examples, (example) => example.label);
}
