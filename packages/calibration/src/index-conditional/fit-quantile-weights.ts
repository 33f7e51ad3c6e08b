import { createRandom, throwIfAborted } from '@sdmjs/core';
import { type QuantileWeights, weightedOutput } from './rescale.js';

/** Rows to fit on: output quantiles `[rows]` of `[classes]`, q̃ before the arg-max rule, and true classes. */
export interface QuantileRows {
  readonly quantiles: readonly Float64Array[];
  readonly rescaledSimilarities: Float64Array;
  readonly labels: Int32Array;
}

export interface FitWeightsOptions {
  /** Of the first weights and of the order of the rows. @default 0 */
  readonly seed?: number | undefined;
  /** @default 1000 */
  readonly maxEpochs?: number | undefined;
  /** @default 1e-4 */
  readonly learningRate?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Epochs in a row above the best loss after which fitting stops. */
const PATIENCE = 10;

/**
 * Fits W'' by Adam on single rows, to the mean of −log_(2 + q̃) o_y (arXiv 2502.20167, Alg. 2 and Eq. 21). Keeps the weights of the lowest loss, which is
 * measured over all rows after each epoch. First weights are uniform in ±1/√classes. Throws `aborted`.
 */
export function fitQuantileWeights(
  rows: QuantileRows,
  classCount: number,
  options: FitWeightsOptions = {},
): QuantileWeights {
  const { seed = 0, maxEpochs = 1000, learningRate = 1e-4, signal } = options;
  const random = createRandom(seed);
  const reach = 1 / Math.sqrt(classCount);
  const weights = Float64Array.from({ length: classCount ** 2 }, () => random.uniform(-reach, reach));
  const adam = createAdam(weights, learningRate);
  let best = { loss: meanLoss(rows, weights), weights: weights.slice() };
  let worseEpochs = 0;
  for (let epoch = 0; epoch < maxEpochs && worseEpochs <= PATIENCE; epoch++) {
    throwIfAborted(signal, 'fitQuantileWeights');
    for (const i of random.permutation(rows.labels.length)) adam(rowGradient(rows, i, weights));
    const loss = meanLoss(rows, weights);
    worseEpochs = loss > best.loss ? worseEpochs + 1 : 0;
    if (loss <= best.loss) best = { loss, weights: weights.slice() };
  }
  return best.weights;
}

/** Mean of −log_(2 + q̃) o_y. */
export function meanLoss({ quantiles, rescaledSimilarities, labels }: QuantileRows, weights: QuantileWeights): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const output = weightedOutput(quantiles[i]!, weights, rescaledSimilarities[i]!);
    total -= Math.log(output[labels[i]!]!) / Math.log(2 + rescaledSimilarities[i]!);
  }
  return total / labels.length;
}

/** v ⊗ (o − onehot_y): the logarithm of the base cancels. */
export function rowGradient(rows: QuantileRows, i: number, weights: QuantileWeights): Float64Array {
  const quantiles = rows.quantiles[i]!;
  const classCount = quantiles.length;
  const error = weightedOutput(quantiles, weights, rows.rescaledSimilarities[i]!);
  error[rows.labels[i]!]! -= 1;
  const gradient = new Float64Array(classCount ** 2);
  for (let k = 0; k < gradient.length; k++) {
    gradient[k] = quantiles[Math.floor(k / classCount)]! * error[k % classCount]!;
  }
  return gradient;
}

/** Adam (Kingma and Ba 2015) with its usual constants; each call updates the weights in place. */
function createAdam(weights: Float64Array, learningRate: number): (gradient: Float64Array) => void {
  const [decay, squareDecay, epsilon] = [0.9, 0.999, 1e-8];
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  let [power, squarePower] = [1, 1];
  return (gradient) => {
    power *= decay;
    squarePower *= squareDecay;
    for (let k = 0; k < weights.length; k++) {
      first[k] = decay * first[k]! + (1 - decay) * gradient[k]!;
      second[k] = squareDecay * second[k]! + (1 - squareDecay) * gradient[k]! ** 2;
      const size = Math.sqrt(second[k]! / (1 - squarePower)) + epsilon;
      weights[k]! -= (learningRate * first[k]!) / (1 - power) / size;
    }
  };
}
