import type { CalibrationScores } from '@sdmjs/calibration';
import { rescaledSimilarities } from '@sdmjs/calibration';
import { argMaxRows, createMatrix, type Matrix } from '@sdmjs/core';
import { type DistanceScale, distanceQuantiles, fitDistanceScale } from '@sdmjs/exemplars';

/** The calibration split as the trained model scores it, kept so that a new target accuracy needs no training. n rows, C classes. */
export interface CalibrationRows extends CalibrationScores {
  readonly ids: readonly string[];
  /** q, capped. `[n]` */
  readonly similarities: Int32Array;
  /** Squared L2 to the nearest exemplar. `[n]` */
  readonly nearestDistances: Float32Array;
  /** d. `[n]` */
  readonly distanceQuantiles: Float32Array;
  /** `[n, C]` */
  readonly logits: Matrix;
}

/** Calibration rows as a file may hold them: what is optional in the file may be missing. */
export type SavedCalibrationRows = CalibrationScores &
  Pick<CalibrationRows, 'ids'> & {
    readonly [Field in 'similarities' | 'nearestDistances' | 'distanceQuantiles' | 'logits']?:
      | CalibrationRows[Field]
      | undefined;
  };

/** What the model gives for the calibration split before any calibration. */
export interface RawCalibrationRows
  extends Pick<CalibrationRows, 'ids' | 'labels' | 'logits' | 'similarities' | 'nearestDistances'> {
  readonly similarityOffset: number;
  readonly outOfDistributionLimit: number;
}

/** Completes calibration rows: their own distance eCDFs give d, then come the probabilities and q'. */
export function createCalibrationRows(raw: RawCalibrationRows): CalibrationRows {
  const { ids, labels, logits, similarities, nearestDistances, similarityOffset } = raw;
  const predictions = argMaxRows(logits);
  const scale = fitCalibrationScale(raw, raw);
  const quantiles = distanceQuantiles(scale, nearestDistances);
  const probabilities = cachedProbabilities(logits, { similarities, distanceQuantiles: quantiles, similarityOffset });
  return {
    ids,
    labels,
    predictions,
    probabilities,
    rescaledSimilarities: rescaledSimilarities(similarities, probabilities, { predictions, similarityOffset }),
    similarities,
    nearestDistances,
    distanceQuantiles: quantiles,
    logits,
  };
}

/** The per-class distance eCDFs of calibration rows; rows at or below the limit of q stay out. */
export function fitCalibrationScale(
  rows: Pick<CalibrationRows, 'labels' | 'logits' | 'similarities' | 'nearestDistances'>,
  { outOfDistributionLimit }: { readonly outOfDistributionLimit: number },
): DistanceScale {
  const { labels, similarities, nearestDistances } = rows;
  return fitDistanceScale({
    nearestDistances,
    similarities,
    labels,
    classCount: rows.logits.columns,
    outOfDistributionLimit,
  });
}

/**
 * The SDM activation as the Python SDK associates it when it caches calibration rows: softmax of z · (d · ln(q + o)), not of
 * (z · d) · ln(q + o) as at inference, so that the last bits agree with its files.
 */
function cachedProbabilities(
  logits: Matrix,
  signals: { similarities: Int32Array; distanceQuantiles: Float32Array; similarityOffset: number },
): Matrix {
  const { fround } = Math;
  const { rows, columns } = logits;
  const probabilities = createMatrix(rows, columns);
  const offset = fround(signals.similarityOffset);
  for (let row = 0, start = 0; row < rows; row++, start += columns) {
    const logBase = fround(Math.log(fround(signals.similarities[row]! + offset)));
    const factor = fround(signals.distanceQuantiles[row]! * logBase);
    const scaled = logits.data.subarray(start, start + columns).map((logit) => logit * factor);
    const largest = scaled.reduce((best, value) => Math.max(best, value), -Infinity);
    const powers = scaled.map((value) => Math.exp(fround(value - largest)));
    const sum = powers.reduce((total, power) => fround(total + power), 0);
    for (let c = 0; c < columns; c++) probabilities.data[start + c] = powers[c]! / sum;
  }
  return probabilities;
}
