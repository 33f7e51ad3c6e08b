import type { HighReliabilityRegion } from '../high-reliability-region.js';
import type { SimulatedLaw, SimulatedRows } from './simulated-rows.js';

/** Accuracy that the law itself gives a group of admitted rows, and how often the group occurs. */
export interface TrueAccuracy {
  readonly share: number;
  /** NaN where the share is 0. */
  readonly accuracy: number;
}

/**
 * The accuracies of a ladder of regions under the law, by true class and then by predicted class, cumulative. In this law the signals do
 * not depend on the classes, so each simulated signal stands for every pair of classes with its probability; what chance is left is that
 * of the signals. `[regions][2 · classes]`
 */
export function trueAccuracies(
  regions: readonly HighReliabilityRegion[],
  law: SimulatedLaw,
  signals: SimulatedRows,
): TrueAccuracy[][] {
  const { classCount, imbalance } = law;
  const [right, wrong] = admittedMasses(regions, classCount, signals);
  const weights = Array.from(
    { length: classCount },
    (_, c) => (c === 0 ? imbalance : 1) / (imbalance + classCount - 1),
  );
  return regions.map((_, k) => {
    const mass = new Float64Array(2 * classCount);
    const correct = new Float64Array(2 * classCount);
    for (let label = 0; label < classCount; label++) {
      for (let prediction = 0; prediction < classCount; prediction++) {
        const isRight = label === prediction;
        const of = (isRight ? right : wrong)[k * classCount + prediction]! / signals.labels.length;
        const share = weights[label]! * of * (isRight ? 1 : 1 / (classCount - 1));
        for (const group of [label, classCount + prediction]) {
          mass[group]! += share;
          if (isRight) correct[group]! += share;
        }
      }
    }
    return Array.from(mass, (share, group) => ({ share, accuracy: correct[group]! / share }));
  });
}

/** Sums of the probability of being right and of being wrong over the signals each region or a stricter one admits. `[regions · classes]` */
function admittedMasses(
  regions: readonly HighReliabilityRegion[],
  classCount: number,
  signals: SimulatedRows,
): [right: Float64Array, wrong: Float64Array] {
  const right = new Float64Array(regions.length * classCount);
  const wrong = new Float64Array(regions.length * classCount);
  const { probabilities, predictions, rescaledSimilarities, rightProbabilities } = signals;
  for (let i = 0; i < predictions.length; i++) {
    const rescaled = rescaledSimilarities[i]!;
    if (rescaled < 1) continue;
    const probability = probabilities.data[i * classCount + predictions[i]!]!;
    for (let prediction = 0; prediction < classCount; prediction++) {
      const first = regions.findIndex(
        // Thresholds are above one half, so no second class can reach its own.
        ({ minRescaledSimilarity, classThresholds }) =>
          rescaled >= minRescaledSimilarity && probability >= classThresholds[prediction]!,
      );
      if (first < 0) continue;
      right[first * classCount + prediction]! += rightProbabilities[i]!;
      wrong[first * classCount + prediction]! += 1 - rightProbabilities[i]!;
    }
  }
  for (let k = classCount; k < right.length; k++) {
    right[k]! += right[k - classCount]!;
    wrong[k]! += wrong[k - classCount]!;
  }
  return [right, wrong];
}
