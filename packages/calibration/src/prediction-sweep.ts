import { allowedShare } from './alpha-ladder.js';
import type { Candidates } from './candidates.js';
import { createOrderStatistics, type OrderStatistics } from './order-statistics.js';
import { type ClassTally, type PredictionTally, type Sweep, sweep } from './sweep.js';

/**
 * As `sweep`, and at the threshold found the candidates that the region admits are wrong, in each predicted class, no more often than
 * 1 − target. A higher threshold on q' can raise or lower the class-wise thresholds, so every one is tried from the lowest that serves the
 * true classes; ranks come from trees, which makes it O(n · (log n + classes · log n)).
 */
export function sweepByLabelAndPrediction(candidates: Candidates, targetAccuracy: number): Sweep {
  const byLabel = sweep(candidates, targetAccuracy);
  if (!byLabel.isServed || byLabel.best === null) return byLabel;
  const { rescaledSimilarities } = candidates;
  const kept = keepRanks(candidates, targetAccuracy);
  let best = byLabel.best;
  let least = Number.POSITIVE_INFINITY;
  let start = 0;
  while (start < rescaledSimilarities.length) {
    const threshold = rescaledSimilarities[start]!;
    if (threshold >= byLabel.best.minRescaledSimilarity) {
      const classes = byLabel.candidateCounts.map((_, c) => kept.classTally(c));
      if (classes.some(({ count }) => count === 0)) break;
      if (classes.every(({ below, allowed }) => below <= allowed)) {
        const predictions = classes.map(({ allowed }, c) => kept.predictionTally(c, allowed));
        const excess = Math.max(...predictions.map(({ wrong, allowed }) => wrong - allowed));
        if (excess < least) {
          best = { minRescaledSimilarity: threshold, classes, predictions };
          least = excess;
        }
        if (excess <= 0) break;
      }
    }
    // Equal q' leave together.
    for (; rescaledSimilarities[start] === threshold; start++) kept.remove(start);
  }
  return { candidateCounts: byLabel.candidateCounts, best, isServed: least <= 0 };
}

interface ClassRanks {
  /** Outputs at the true class, of the candidates of that class. */
  readonly ofLabel: OrderStatistics;
  /** Outputs at the predicted class, of the candidates predicted to be it. */
  readonly ofPrediction: OrderStatistics;
  /** The same of those that are wrong. */
  readonly ofWrong: OrderStatistics;
}

/** The candidates not yet left, ranked by output within each true and each predicted class. */
function keepRanks(candidates: Candidates, targetAccuracy: number) {
  const { scores, rows, labels, trueProbabilities } = candidates;
  const { data, columns } = scores.probabilities;
  const predictions = Int32Array.from(rows, (row) => scores.predictions[row]!);
  const predictedProbabilities = Float32Array.from(rows, (row, i) => data[row * columns + predictions[i]!]!);
  const share = allowedShare(targetAccuracy);
  const target = Math.fround(targetAccuracy);
  const counts = new Int32Array(columns);
  const slots = {
    label: new Int32Array(labels.length),
    prediction: new Int32Array(labels.length),
    wrong: new Int32Array(labels.length),
  };
  /** Ranks the candidates `belongs` says yes to, and notes the place of each in `places`. */
  const rank = (values: Float32Array, places: Int32Array, belongs: (i: number) => boolean) => {
    const members = Int32Array.from(labels.keys()).filter(belongs);
    members.forEach((i, place) => {
      places[i] = place;
    });
    return createOrderStatistics(Float32Array.from(members, (i) => values[i]!));
  };
  const ranks = Array.from(
    { length: columns },
    (_, c): ClassRanks => ({
      ofLabel: rank(trueProbabilities, slots.label, (i) => labels[i] === c),
      ofPrediction: rank(predictedProbabilities, slots.prediction, (i) => predictions[i] === c),
      ofWrong: rank(predictedProbabilities, slots.wrong, (i) => predictions[i] === c && labels[i] !== c),
    }),
  );
  for (const label of labels) counts[label]!++;
  return {
    remove(i: number): void {
      const [label, prediction] = [labels[i]!, predictions[i]!];
      counts[label]!--;
      ranks[label]!.ofLabel.remove(slots.label[i]!);
      ranks[prediction]!.ofPrediction.remove(slots.prediction[i]!);
      if (label !== prediction) ranks[prediction]!.ofWrong.remove(slots.wrong[i]!);
    },
    classTally(c: number): ClassTally {
      const count = counts[c]!;
      return { count, below: count - ranks[c]!.ofLabel.countAtLeast(target), allowed: Math.trunc(share * count) };
    },
    /** What the class-wise threshold admits: the (1 − target) quantile is the value with `rank` smaller ones. It is over one half, so no second class reaches its own. */
    predictionTally(c: number, rank: number): PredictionTally {
      const classThreshold = ranks[c]!.ofLabel.at(rank);
      const admitted = ranks[c]!.ofPrediction.countAtLeast(classThreshold);
      const wrong = ranks[c]!.ofWrong.countAtLeast(classThreshold);
      return { admitted, wrong, allowed: Math.trunc(share * admitted) };
    },
  };
}
