import { type Matrix, SdmError } from '@sdmjs/core';
import { requireClasses } from './calibration-scores.js';

export interface RescalingOptions {
  /** What the activation adds to the similarity. @default 2 */
  readonly similarityOffset?: number;
}

/**
 * q' = min(q, (offset + q)^p) in float32, with p the activation at the prediction (arXiv 2509.12760v5): a high similarity
 * counts in full only when the output is high too. 0 when q is 0.
 */
export function rescaledSimilarity(similarity: number, probability: number, options: RescalingOptions = {}): number {
  const q = Math.fround(similarity);
  const base = Math.fround(Math.fround(options.similarityOffset ?? 2) + q);
  return Math.min(q, Math.fround(base ** Math.fround(probability)));
}

/**
 * q' of each row. `[rows]`
 * @param similarities `[rows]` @param probabilities `[rows, classes]` @param scored the predicted class of each row, and the offset.
 * Throws `shape-mismatch` or `label-out-of-range`.
 */
export function rescaledSimilarities(
  similarities: ArrayLike<number>,
  probabilities: Matrix,
  scored: RescalingOptions & { readonly predictions: Int32Array },
): Float32Array {
  const { rows, columns, data } = probabilities;
  const { predictions } = scored;
  if (similarities.length !== rows || predictions.length !== rows) {
    throw new SdmError(
      'shape-mismatch',
      `rescaledSimilarities: wanted ${rows} similarities and predictions, got ${similarities.length} and ${predictions.length}`,
    );
  }
  requireClasses(predictions, columns, 'rescaledSimilarities: prediction');
  return Float32Array.from({ length: rows }, (_, i) =>
    rescaledSimilarity(similarities[i]!, data[i * columns + predictions[i]!]!, scored),
  );
}
