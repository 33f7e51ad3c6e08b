import type { Matrix } from '@sdmjs/core';
import { requireLabeledLogits, softmaxRow } from './softmax.js';

/** Temperatures are searched between the inverse of this and this. */
const LARGEST = 1000;

/**
 * The temperature τ in [0.001, 1000] that minimises the mean cross-entropy of softmax(logits / τ) on calibration rows (Guo et al. 2017,
 * arXiv 1706.04599). The loss is convex in 1 / τ, so its derivative is bisected. At an end of the range when the optimum lies outside:
 * 0.001 when every row is right, 1000 when the logits are worse than nothing. Throws as its checks say.
 * @param logits `[rows, classes]` @param labels `[rows]`
 */
export function fitTemperature(logits: Matrix, labels: Int32Array): number {
  requireLabeledLogits(logits, labels, 'fitTemperature');
  let [low, high] = [-Math.log(LARGEST), Math.log(LARGEST)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    // 0 by underflow where every row is right.
    if (slopeInInverse(logits, labels, Math.exp(middle)) <= 0) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}

/** Derivative of the summed cross-entropy by 1 / τ: expected logit less the logit of the true class. */
function slopeInInverse(logits: Matrix, labels: Int32Array, temperature: number): number {
  const { data, columns } = logits;
  let slope = 0;
  for (let i = 0; i < labels.length; i++) {
    const own = data[i * columns + labels[i]!]!;
    softmaxRow(logits, i, temperature).forEach((probability, c) => {
      slope += probability * (data[i * columns + c]! - own);
    });
  }
  return slope;
}
