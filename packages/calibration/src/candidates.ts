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

/** Sorts the candidates once, equal q' by row; every rung then sweeps them in this order. */
export function sortedCandidates(scores: CalibrationScores, outOfDistributionLimit: number): Candidates {
  const { rescaledSimilarities } = scores;
  const isOver = (row: number) => Math.floor(rescaledSimilarities[row]!) > outOfDistributionLimit;
  return candidatesOf(scores, inOrder(placesWhere(rescaledSimilarities.length, isOver), rescaledSimilarities));
}

/** The candidates whose place (not row) `keeps` says yes to, in the same order. Moves them together where they lie, so the given ones are gone. */
export function keepCandidates(candidates: Candidates, keeps: (place: number) => boolean): Candidates {
  const { rows, labels, predictions, rescaledSimilarities, trueProbabilities, predictedProbabilities } = candidates;
  let kept = 0;
  for (let place = 0; place < rows.length; place++) {
    if (!keeps(place)) continue;
    rows[kept] = rows[place]!;
    labels[kept] = labels[place]!;
    predictions[kept] = predictions[place]!;
    rescaledSimilarities[kept] = rescaledSimilarities[place]!;
    trueProbabilities[kept] = trueProbabilities[place]!;
    predictedProbabilities[kept] = predictedProbabilities[place]!;
    kept++;
  }
  return {
    classCount: candidates.classCount,
    rows: rows.subarray(0, kept),
    labels: labels.subarray(0, kept),
    predictions: predictions.subarray(0, kept),
    rescaledSimilarities: rescaledSimilarities.subarray(0, kept),
    trueProbabilities: trueProbabilities.subarray(0, kept),
    predictedProbabilities: predictedProbabilities.subarray(0, kept),
  };
}

/** The places from 0 to `count` − 1 that `belongs` says yes to. */
function placesWhere(count: number, belongs: (place: number) => boolean): Int32Array {
  const places = new Int32Array(count);
  let found = 0;
  for (let place = 0; place < count; place++) if (belongs(place)) places[found++] = place;
  return places.slice(0, found);
}

/** Rows (ascending) in ascending order of a value; sorting numbers is several times faster than sorting with a function. */
function inOrder(rows: Int32Array, values: Float32Array): Int32Array {
  if (rows.some((row) => !(values[row]! >= 0) || row >= 2 ** 21)) {
    return rows.toSorted((a, b) => values[a]! - values[b]!);
  }
  // The bits of numbers that are not negative sort as the numbers do; with the row below them they fit into 53 bits.
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  const keys = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) keys[i] = bits[rows[i]!]! * 2 ** 21 + rows[i]!;
  keys.sort();
  const ordered = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) ordered[i] = keys[i]! % 2 ** 21;
  return ordered;
}

function candidatesOf(scores: CalibrationScores, rows: Int32Array): Candidates {
  const { data, columns } = scores.probabilities;
  const labels = new Int32Array(rows.length);
  const predictions = new Int32Array(rows.length);
  const rescaledSimilarities = new Float32Array(rows.length);
  const trueProbabilities = new Float32Array(rows.length);
  const predictedProbabilities = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    labels[i] = scores.labels[row]!;
    predictions[i] = scores.predictions[row]!;
    rescaledSimilarities[i] = scores.rescaledSimilarities[row]!;
    trueProbabilities[i] = data[row * columns + labels[i]!]!;
    predictedProbabilities[i] = data[row * columns + predictions[i]!]!;
  }
  return {
    classCount: columns,
    rows,
    labels,
    predictions,
    rescaledSimilarities,
    trueProbabilities,
    predictedProbabilities,
  };
}
