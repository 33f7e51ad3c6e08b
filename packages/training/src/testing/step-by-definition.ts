import type { Signals } from '@sdmjs/activation';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import type { RoundInputs } from '../engine.js';

/** The four parts of an adaptor as plain double vectors. */
type Parts = [w1: number[], b1: number[], w2: number[], b2: number[]];

/**
 * The training steps as they are defined, in double, gradients by central differences of the loss: it shares no formula with the engines.
 * For a handful of weights only.
 */
export function stepByDefinition(
  inputs: RoundInputs,
  batches: readonly Int32Array[],
  signals: Signals,
): { losses: number[]; adaptor: ExemplarAdaptor } {
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = inputs.adaptor;
  const parts: Parts = [
    [...projectionWeight.data],
    [...projectionBias],
    [...classifierWeight.data],
    [...classifierBias],
  ];
  const moments = parts.map((part) => part.map(() => ({ mean: 0, square: 0 })));
  const losses = batches.map((rows, i) => {
    const loss = () => batchLoss(inputs, parts, { rows, signals });
    const before = loss();
    const gradients = parts.map((part) => part.map((_, k) => slopeAt(part, k, loss)));
    parts.forEach((part, p) => {
      part.forEach((_, k) => {
        const moment = moments[p]![k]!;
        const slope = gradients[p]![k]!;
        moment.mean = 0.9 * moment.mean + 0.1 * slope;
        moment.square = 0.999 * moment.square + 0.001 * slope ** 2;
        const mean = moment.mean / (1 - 0.9 ** (i + 1));
        const square = moment.square / (1 - 0.999 ** (i + 1));
        part[k]! -= (inputs.learningRate * mean) / (Math.sqrt(square) + 1e-8);
      });
    });
    return before;
  });
  return {
    losses,
    adaptor: {
      projectionWeight: { ...projectionWeight, data: Float32Array.from(parts[0]) },
      projectionBias: Float32Array.from(parts[1]),
      classifierWeight: { ...classifierWeight, data: Float32Array.from(parts[2]) },
      classifierBias: Float32Array.from(parts[3]),
    },
  };
}

/** Error of order 1e-11 for losses near 1, far below what the tests allow. */
function slopeAt(part: number[], k: number, loss: () => number): number {
  const weight = part[k]!;
  const step = 1e-5;
  part[k] = weight + step;
  const above = loss();
  part[k] = weight - step;
  const below = loss();
  part[k] = weight;
  return (above - below) / (2 * step);
}

function batchLoss(
  inputs: RoundInputs,
  [w1, b1, w2, b2]: Parts,
  batch: { rows: Int32Array; signals: Signals },
): number {
  const { columns } = inputs.features.training;
  let total = 0;
  for (const row of batch.rows) {
    const x = new Float32Array(columns);
    inputs.features.training.read(Int32Array.of(row), x);
    const representation = b1.map(
      (bias, m) => bias + x.reduce((sum, value, d) => sum + value * w1[m * columns + d]!, 0),
    );
    const logits = b2.map(
      (bias, c) => bias + representation.reduce((sum, value, m) => sum + value * w2[c * representation.length + m]!, 0),
    );
    const base = Math.log(batch.signals.similarities[row]! + inputs.similarityOffset);
    const scaled = logits.map((logit) => logit * batch.signals.distanceQuantiles[row]! * base);
    const logSum = Math.log(scaled.reduce((sum, value) => sum + Math.exp(value), 0));
    total += (logSum - scaled[inputs.labels[row]!]!) / base;
  }
  return total / batch.rows.length;
}
