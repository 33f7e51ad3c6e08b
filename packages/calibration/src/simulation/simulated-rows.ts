import { createMatrix, type Random } from '@sdmjs/core';
import type { CalibrationScores } from '../calibration-scores.js';
import { rescaledSimilarity } from '../rescaled-similarity.js';

/** How labels fall: the first class is `imbalance` times as frequent as each other, and a share `labelNoise` is never predicted right. */
export interface SimulatedLaw {
  readonly classCount: number;
  readonly imbalance: number;
  readonly labelNoise: number;
  /** Steps of the easiness scale on which q, d and the logit are rounded, so that many rows tie; absent: no rounding. */
  readonly tieSteps?: number | undefined;
}

/** Scores of simulated rows, and what only a simulation knows. */
export interface SimulatedRows extends CalibrationScores {
  /** `[rows]` q */
  readonly similarities: Int32Array;
  /** `[rows]` probability that a row with these signals is predicted right. */
  readonly rightProbabilities: Float64Array;
}

/** Rows as a trained model might score them, without a model: easy rows are predicted right more often, and have higher q, d and logits. */
export function simulateRows(law: SimulatedLaw, rowCount: number, random: Random): SimulatedRows {
  const { classCount, tieSteps } = law;
  const tied = (value: number) => (tieSteps === undefined ? value : Math.round(value * tieSteps) / tieSteps);
  const scores = {
    probabilities: createMatrix(rowCount, classCount),
    rescaledSimilarities: new Float32Array(rowCount),
    labels: new Int32Array(rowCount),
    predictions: new Int32Array(rowCount),
    similarities: new Int32Array(rowCount),
    rightProbabilities: new Float64Array(rowCount),
  };
  for (let i = 0; i < rowCount; i++) {
    const label = drawLabel(law, random);
    const easiness = random.nextDouble();
    const rightProbability = clip(0.45 + 0.6 * easiness, 1 - law.labelNoise);
    const isRight = random.nextDouble() < rightProbability;
    const prediction = isRight ? label : otherClass(label, classCount, random);
    const similarity = Math.floor(200 * tied(clip(easiness + 0.12 * random.normal(), 1)) ** 3);
    const distanceQuantile = tied(clip(easiness + 0.15 * random.normal(), 1));
    const logit = 1.5 + tied(2 * easiness + 0.4 * random.normal());
    // Softmax of a row whose other logits are 0.
    const weight = Math.exp(logit * distanceQuantile * Math.log(2 + similarity));
    const probability = Math.fround(weight / (weight + classCount - 1));
    const start = i * classCount;
    scores.probabilities.data.fill(1 / (weight + classCount - 1), start, start + classCount);
    scores.probabilities.data[start + prediction] = probability;
    scores.rescaledSimilarities[i] = rescaledSimilarity(similarity, probability);
    scores.labels[i] = label;
    scores.predictions[i] = prediction;
    scores.similarities[i] = similarity;
    scores.rightProbabilities[i] = rightProbability;
  }
  return scores;
}

function clip(value: number, high: number): number {
  return Math.min(high, Math.max(0, value));
}

function drawLabel({ classCount, imbalance }: SimulatedLaw, random: Random): number {
  const point = random.uniform(0, imbalance + classCount - 1);
  return point < imbalance ? 0 : 1 + Math.floor(point - imbalance);
}

function otherClass(label: number, classCount: number, random: Random): number {
  return (label + 1 + (classCount === 2 ? 0 : Math.floor(random.uniform(0, classCount - 1)))) % classCount;
}
