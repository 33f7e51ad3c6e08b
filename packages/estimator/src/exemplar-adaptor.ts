import { createMatrix, type Matrix, type Random, requireColumns } from '@sdmjs/core';
import type { Kernels } from '@sdmjs/kernels';

/**
 * Two affine maps with no nonlinearity between them: features to representations (what is matched), representations to logits.
 * D features, M numbers a representation, C classes.
 */
export interface ExemplarAdaptor {
  /** `[M, D]` */
  readonly projectionWeight: Matrix;
  /** `[M]` */
  readonly projectionBias: Float32Array;
  /** `[C, M]` */
  readonly classifierWeight: Matrix;
  /** `[C]` */
  readonly classifierBias: Float32Array;
}

export interface AdaptorSizes {
  readonly featureCount: number;
  readonly representationSize: number;
  readonly classCount: number;
}

/** A fresh adaptor: uniform in ±1/√(inputs of the map), drawn in the order of the fields, row by row, then rounded to float32. */
export function createAdaptor(sizes: AdaptorSizes & { readonly random: Random }): ExemplarAdaptor {
  const { featureCount, representationSize, classCount, random } = sizes;
  const draw = (count: number, inputs: number) => {
    const bound = 1 / Math.sqrt(inputs);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = random.uniform(-bound, bound);
    return values;
  };
  const projection = draw(representationSize * featureCount, featureCount);
  const projectionBias = draw(representationSize, featureCount);
  const classifier = draw(classCount * representationSize, representationSize);
  return {
    projectionWeight: createMatrix(representationSize, featureCount, projection),
    projectionBias,
    classifierWeight: createMatrix(classCount, representationSize, classifier),
    classifierBias: draw(classCount, representationSize),
  };
}

/** What the adaptor makes of a batch: `representations` `[batch, M]` and `logits` `[batch, C]`. */
export interface AdaptorOutputs {
  readonly representations: Matrix;
  readonly logits: Matrix;
}

/** Both maps over standardised features `[batch, D]`, written to `into` where it is given. Throws `shape-mismatch` on another width. */
export function adapt(
  adaptor: ExemplarAdaptor,
  features: Matrix,
  kernels: Kernels,
  into?: AdaptorOutputs,
): AdaptorOutputs {
  requireColumns(features, adaptor.projectionWeight.columns, 'adapt: features');
  const representations = kernels.multiplyTransposed(features, adaptor.projectionWeight, into?.representations); // [batch, M]
  addToRows(representations, adaptor.projectionBias);
  const logits = kernels.multiplyTransposed(representations, adaptor.classifierWeight, into?.logits); // [batch, C]
  addToRows(logits, adaptor.classifierBias);
  return { representations, logits };
}

/** The sizes that the shapes of the weights imply. */
export function adaptorSizes(adaptor: ExemplarAdaptor): AdaptorSizes {
  return {
    featureCount: adaptor.projectionWeight.columns,
    representationSize: adaptor.projectionWeight.rows,
    classCount: adaptor.classifierWeight.rows,
  };
}

function addToRows({ data, rows, columns }: Matrix, bias: Float32Array): void {
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) data[at]! += bias[column]!;
  }
}
