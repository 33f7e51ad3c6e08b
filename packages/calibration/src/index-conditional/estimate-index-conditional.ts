import { requireClasses } from '../calibration-scores.js';
import { dkwErrors } from '../dkw-band.js';
import { effectiveSampleSize } from '../effective-sample-size.js';
import type { IndexConditionalEstimator } from './fit-index-conditional.js';
import { cellKey, outputQuantiles } from './fit-round.js';
import { rescale } from './rescale.js';

/** The estimate at one of the three positions within the band. */
export interface BandEstimate {
  /** q̃ there. */
  readonly rescaledSimilarity: number;
  /** Rescaled output at the prediction. */
  readonly output: number;
  /** p̂(y | x): the output less the spread over the rounds; null when rejected. */
  readonly estimate: number | null;
}

/** What the index-conditional estimator says about one row. */
export interface IndexConditionalEstimate {
  /** How many calibration rows of each true class have at most this q̃. `[classes]` */
  readonly effectiveSampleSizes: Int32Array;
  /** Half-width of the Dvoretzky–Kiefer–Wolfowitz band of each class. `[classes]` */
  readonly errors: Float32Array;
  readonly lower: BandEstimate;
  readonly centroid: BandEstimate;
  readonly upper: BandEstimate;
}

/**
 * The estimate of a row and its band (arXiv 2502.20167, Eq. 12–20 and 28). The lower end takes the band off the predicted class and adds it to the others;
 * the upper end the other way round. Throws `label-out-of-range` when the prediction is no class.
 */
export function estimateIndexConditional(
  estimator: IndexConditionalEstimator,
  row: { readonly probabilities: ArrayLike<number>; readonly similarity: number; readonly prediction: number },
): IndexConditionalEstimate {
  const { round, targetAccuracy } = estimator;
  const { prediction } = row;
  requireClasses([prediction], round.outputCdfs.length, 'estimateIndexConditional: prediction');
  const quantiles = outputQuantiles(round.outputCdfs, row.probabilities);
  const { rescaledSimilarity } = rescale(quantiles, round.weights, row);
  const effectiveSampleSizes = effectiveSampleSize(round.rescaledSimilarityCdfs, rescaledSimilarity);
  const errors = dkwErrors(effectiveSampleSizes, targetAccuracy);
  const shifted = (sign: number) =>
    quantiles.map((value, c) => Math.min(1, Math.max(0, value + (c === prediction ? sign : -sign) * errors[c]!)));
  return {
    effectiveSampleSizes,
    errors,
    lower: bandEstimate(estimator, shifted(-1), row),
    centroid: bandEstimate(estimator, quantiles, row),
    upper: bandEstimate(estimator, shifted(1), row),
  };
}

function bandEstimate(
  { round, offsets, minRescaledSimilarity }: IndexConditionalEstimator,
  quantiles: Float64Array,
  row: { readonly similarity: number; readonly prediction: number },
): BandEstimate {
  const rescaled = rescale(quantiles, round.weights, row);
  const { rescaledSimilarity } = rescaled;
  const output = rescaled.output[row.prediction]!;
  const offset = offsets === null ? 0 : offsets.get(cellKey(row.prediction, rescaledSimilarity));
  const threshold = round.region.classThresholds[row.prediction];
  // Region and thresholds are float32 numbers of calibration rows, so the row is compared in float32 too.
  const isAdmitted =
    offset !== undefined &&
    threshold !== undefined &&
    Math.fround(rescaledSimilarity) >= minRescaledSimilarity &&
    Math.fround(output - offset) >= threshold;
  return { rescaledSimilarity, output, estimate: isAdmitted ? Math.max(0, output - offset) : null };
}
