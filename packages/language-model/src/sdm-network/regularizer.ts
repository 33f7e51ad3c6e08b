import { createMatrix, type Matrix, argMax, rowOf, SdmError } from '@sdmjs/core';

/** Token logits of one position under the reference and the two halves of the joint vocabulary, `[vocabularySize]` each. */
export interface TokenRow {
  readonly reference: Float32Array;
  readonly negative: Float32Array;
  readonly positive: Float32Array;
  /** The true token, 0 … vocabularySize − 1. */
  readonly target: number;
}

/** Columns of the joint vocabulary that the regulariser leaves alone: what the three models prefer, and the target (arXiv 2502.20167 Eq. 29). */
export function unregularizedColumns({ reference, negative, positive, target }: TokenRow): Set<number> {
  const size = reference.length;
  const preferred = argMax(reference);
  return new Set([preferred, preferred + size, argMax(negative), argMax(positive) + size, target + size]);
}

/**
 * How far the joint log-probabilities have moved from the reference: mean over rows of the L2 norm over the regularised columns (Eq. 30), and
 * its gradient by `moved`. Both are `[rows, 2 · vocabularySize]`. Nothing is added inside the norm, so equal rows are at distance 0 exactly.
 */
export function referenceDistance(
  reference: Matrix,
  moved: Matrix,
  unregularized: readonly ReadonlySet<number>[],
): { readonly distance: number; readonly gradient: Matrix } {
  const { rows, columns } = moved;
  if (reference.rows !== rows || reference.columns !== columns || unregularized.length !== rows) {
    throw new SdmError(
      'shape-mismatch',
      `referenceDistance: wanted [${rows}, ${columns}] and ${rows} masks, got [${reference.rows}, ${reference.columns}] and ${unregularized.length}`,
    );
  }
  const gradient = createMatrix(rows, columns);
  let distance = 0;
  for (let i = 0; i < rows; i++) {
    const change = rowOf(gradient, i);
    const [from, to] = [rowOf(reference, i), rowOf(moved, i)];
    let squares = 0;
    for (let k = 0; k < columns; k++) {
      if (unregularized[i]!.has(k)) continue;
      change[k] = to[k]! - from[k]!;
      squares += change[k]! * change[k]!;
    }
    const norm = Math.sqrt(squares);
    distance += norm / rows;
    if (norm > 0) for (let k = 0; k < columns; k++) change[k]! /= norm * rows;
  }
  return { distance, gradient };
}
