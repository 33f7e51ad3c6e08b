import type { CalibrationScores } from './calibration-scores.js';

/** Calibration rows that a region may be found from (floor(q') above the limit), in ascending order of q'. */
export interface Candidates {
  readonly classCount: number;
  /** `[candidates]` row of the scores. */
  readonly rows: Int32Array;
  /** `[candidates]` q', ascending. */
  readonly rescaledSimilarities: Float32Array;
  /** `[candidates]` true class. */
  readonly labels: Int32Array;
  /** `[candidates]` activation at the true class. */
  readonly trueProbabilities: Float32Array;
  /** `[candidates]` predicted class. */
  readonly predictions: Int32Array;
  /** `[candidates]` activation at the predicted class. */
  readonly predictedProbabilities: Float32Array;
}

/** Sorts the candidates once; every rung then sweeps them in this order. */
export function sortedCandidates(scores: CalibrationScores, outOfDistributionLimit: number): Candidates {
  const { rescaledSimilarities } = scores;
  const rows = Int32Array.from(rescaledSimilarities.keys())
    .filter((row) => Math.floor(rescaledSimilarities[row]!) > outOfDistributionLimit)
    .sort((a, b) => rescaledSimilarities[a]! - rescaledSimilarities[b]!);
  return candidatesOf(scores, rows);
}

/** The candidates that `keeps` says yes to (asked by row of the scores), in the same order. */
export function keepCandidates(
  candidates: Candidates,
  scores: CalibrationScores,
  keeps: (row: number) => boolean,
): Candidates {
  return candidatesOf(scores, candidates.rows.filter(keeps));
}

function candidatesOf(scores: CalibrationScores, rows: Int32Array): Candidates {
  const { data, columns } = scores.probabilities;
  const labels = rows.map((row) => scores.labels[row]!);
  const predictions = rows.map((row) => scores.predictions[row]!);
  return {
    classCount: columns,
    rows,
    labels,
    predictions,
    rescaledSimilarities: Float32Array.from(rows, (row) => scores.rescaledSimilarities[row]!),
    trueProbabilities: Float32Array.from(rows, (row, i) => data[row * columns + labels[i]!]!),
    predictedProbabilities: Float32Array.from(rows, (row, i) => data[row * columns + predictions[i]!]!),
  };
}
