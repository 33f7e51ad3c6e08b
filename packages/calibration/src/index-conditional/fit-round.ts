import { cdfAt, createEmpiricalCdf, createMatrix, type EmpiricalCdf, type Matrix, rowOf, SdmError } from '@sdmjs/core';
import { requireScores } from '../calibration-scores.js';
import { fitEffectiveSampleSizes } from '../effective-sample-size.js';
import { findHighReliabilityRegion, type HighReliabilityRegion } from '../high-reliability-region.js';
import { median } from '../metrics/median.js';
import { type FitWeightsOptions, fitQuantileWeights } from './fit-quantile-weights.js';
import { type QuantileWeights, rescale } from './rescale.js';

/** A calibration split as the model of its round scores it. */
export interface RoundScores {
  /** `[rows, classes]` activation values. */
  readonly probabilities: Matrix;
  /** `[rows]` q */
  readonly similarities: ArrayLike<number>;
  /** `[rows]` true classes. */
  readonly labels: Int32Array;
  /** `[rows]` predicted classes. */
  readonly predictions: Int32Array;
}

/** What one round's calibration split gives. */
export interface IndexConditionalRound {
  /** Of the activation at each class, over the rows of that true class. `[classes]` */
  readonly outputCdfs: readonly EmpiricalCdf[];
  readonly weights: QuantileWeights;
  /** Of q̃ of each true class. `[classes]` */
  readonly rescaledSimilarityCdfs: readonly EmpiricalCdf[];
  /** On q̃ and the rescaled output; its `minRescaledSimilarity` is q̃_min. */
  readonly region: HighReliabilityRegion;
  /** Median rescaled output at the prediction, by cell: `medians.get(cellKey(prediction, q̃))`. */
  readonly medians: ReadonlyMap<string, number>;
}

/** The name of the cell a row belongs to: its predicted class and ⌊q̃⌋, with q̃ in float32 as calibration rows keep it. */
export function cellKey(prediction: number, rescaledSimilarity: number): string {
  return `${prediction}:${Math.floor(Math.fround(rescaledSimilarity))}`;
}

/** Fits quantiles, W'', sample sizes and region on one calibration split (arXiv 2502.20167, Eq. 9–12, Alg. 2 and 3). */
export function fitRound(
  scores: RoundScores,
  options: FitWeightsOptions & { readonly targetAccuracy: number },
): IndexConditionalRound {
  const { probabilities, similarities, labels, predictions } = scores;
  const { rows, columns } = probabilities;
  requireScores(
    { probabilities, rescaledSimilarities: Float32Array.from(similarities), labels, predictions },
    'fitRound',
  );
  const outputCdfs = fitOutputCdfs(scores);
  const quantiles = Array.from({ length: rows }, (_, i) => outputQuantiles(outputCdfs, rowOf(probabilities, i)));
  const raw = Float64Array.from(quantiles, (v, i) => v[predictions[i]!]! * Math.log(2 + similarities[i]!));
  const weights = fitQuantileWeights({ quantiles, rescaledSimilarities: raw, labels }, columns, options);
  const outputs = createMatrix(rows, columns);
  const rescaledSimilarities = new Float32Array(rows);
  quantiles.forEach((v, i) => {
    const rescaled = rescale(v, weights, { similarity: similarities[i]!, prediction: predictions[i]! });
    outputs.data.set(rescaled.output, i * columns);
    rescaledSimilarities[i] = rescaled.rescaledSimilarity;
  });
  const rescaledScores = { probabilities: outputs, rescaledSimilarities, labels, predictions };
  return {
    outputCdfs,
    weights,
    rescaledSimilarityCdfs: fitEffectiveSampleSizes(rescaledSimilarities, labels, columns),
    region: findHighReliabilityRegion(rescaledScores, options),
    medians: cellMedians(rescaledScores),
  };
}

/** v: the share of calibration rows of each true class whose activation at that class is at most the row's. `[classes]` */
export function outputQuantiles(outputCdfs: readonly EmpiricalCdf[], probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(outputCdfs, (cdf, c) => cdfAt(cdf, probabilities[c]!));
}

function fitOutputCdfs({ probabilities, labels }: RoundScores): EmpiricalCdf[] {
  const { data, columns } = probabilities;
  return Array.from({ length: columns }, (_, c) => {
    const values = data.filter((_, k) => k % columns === c && labels[Math.floor(k / columns)] === c);
    if (values.length > 0) return createEmpiricalCdf(values);
    throw new SdmError('class-missing', `fitRound: class ${c} has no calibration row; add examples of it`);
  });
}

function cellMedians(rescaled: Parameters<typeof findHighReliabilityRegion>[0]): Map<string, number> {
  const { probabilities, rescaledSimilarities, predictions } = rescaled;
  const cells = new Map<string, number[]>();
  predictions.forEach((prediction, i) => {
    const key = cellKey(prediction, rescaledSimilarities[i]!);
    const cell = cells.get(key) ?? [];
    cell.push(rowOf(probabilities, i)[prediction]!);
    cells.set(key, cell);
  });
  return new Map([...cells].map(([key, values]) => [key, median(values)]));
}
