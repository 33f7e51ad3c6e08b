import { createMatrix, type Matrix, rowOf } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import { hiddenFeatures } from '../hidden-features.js';
import type { FeatureRequest } from '../language-model.js';

/**
 * Features of two bodies, `[sequences, 4 · width]`: the means of `decoder` and of `positive`, then the single states of both (arXiv 2502.20167
 * §4.3, where the body is trained). Progress counts every sequence twice.
 */
export async function jointFeatures(
  bodies: { readonly decoder: Decoder; readonly positive: Decoder },
  { onProgress, ...request }: FeatureRequest,
): Promise<Matrix> {
  const total = 2 * request.sequences.length;
  const featuresOf = (decoder: Decoder, before: number) =>
    hiddenFeatures({
      ...request,
      decoder,
      ...(onProgress && { onProgress: ({ completed }) => onProgress({ completed: before + completed, total }) }),
    });
  const negative = await featuresOf(bodies.decoder, 0);
  return alternateHalves(negative, await featuresOf(bodies.positive, total / 2));
}

/** Rows of first halves, then of second halves: `[rows, 2 · width]` twice → `[rows, 4 · width]` */
export function alternateHalves(negative: Matrix, positive: Matrix): Matrix {
  const width = negative.columns / 2;
  const joined = createMatrix(negative.rows, 4 * width);
  for (let i = 0; i < joined.rows; i++) {
    [negative, positive].forEach((half, k) => {
      rowOf(joined, i).set(rowOf(half, i).subarray(0, width), k * width);
      rowOf(joined, i).set(rowOf(half, i).subarray(width), (2 + k) * width);
    });
  }
  return joined;
}
