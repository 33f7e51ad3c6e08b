import { argMax } from '@sdmjs/core';

/** W'': how the output quantiles of all classes weigh into each rescaled output. `[classes · classes]`, row i is the weight of class i. */
export type QuantileWeights = Float64Array;

export interface RescaledOutput {
  /** q̃ = v_ŷ · ln(2 + q), or 0 where the rescaled output has another arg max than the prediction: out of distribution. */
  readonly rescaledSimilarity: number;
  /** o: softmax of v W'' to the base 2 + q̃, with q̃ as it was before that rule. `[classes]` */
  readonly output: Float64Array;
}

/** Rescaled similarity and output of a row from its output quantiles v (arXiv 2502.20167, Eq. 10 and 11). */
export function rescale(
  quantiles: Float64Array,
  weights: QuantileWeights,
  { similarity, prediction }: { readonly similarity: number; readonly prediction: number },
): RescaledOutput {
  const rescaledSimilarity = quantiles[prediction]! * Math.log(2 + similarity);
  const output = weightedOutput(quantiles, weights, rescaledSimilarity);
  return { rescaledSimilarity: argMax(output) === prediction ? rescaledSimilarity : 0, output };
}

/** (2 + q̃)^v'_c over its sum, with v' = W''ᵀ v. `[classes]` */
export function weightedOutput(
  quantiles: Float64Array,
  weights: QuantileWeights,
  rescaledSimilarity: number,
): Float64Array {
  const classCount = quantiles.length;
  const logBase = Math.log(2 + rescaledSimilarity);
  const output = new Float64Array(classCount);
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classCount; c++) {
    let sum = 0;
    for (let i = 0; i < classCount; i++) sum += quantiles[i]! * weights[i * classCount + c]!;
    output[c] = sum * logBase;
    largest = Math.max(largest, output[c]!);
  }
  let total = 0;
  for (let c = 0; c < classCount; c++) {
    output[c] = Math.exp(output[c]! - largest);
    total += output[c]!;
  }
  for (let c = 0; c < classCount; c++) output[c]! /= total;
  return output;
}
