import { sdm } from '@sdmjs/activation';
import { assignedAlpha, effectiveSampleSize, rescaledSimilarities } from '@sdmjs/calibration';
import { argMaxRows, createMatrix, type Matrix, rowOf, rowsOf } from '@sdmjs/core';
import { distanceQuantiles, type ExemplarIndex, type Matches, type SupportSet } from '@sdmjs/exemplars';
import type { Estimate, EstimateEvidence, NearestExemplar } from './estimate.js';
import { adapt, type AdaptorOutputs, adaptorSizes } from './exemplar-adaptor.js';
import { type BandRow, type BandRules, distanceBandAt, lowerEstimate, numbersOf } from './lower-estimate.js';
import type { Runtime } from './runtime.js';
import type { SdmEstimator } from './sdm-estimator.js';
import type { SdmModel } from './sdm-model.js';
import { normalize } from './standardizer.js';
import { reaches } from './target-accuracy.js';

export interface BatchOptions {
  readonly nearestCount: number;
  /** `[batch]` support row to leave out, −1 for none. */
  readonly exclusions: Int32Array;
  readonly signal: AbortSignal | undefined;
}

type Calibrated = Omit<SdmEstimator, 'estimate' | 'estimateAll' | 'dispose'>;

/** Where batches of at most so many rows are standardised and adapted, one after the other. */
export interface BatchRoom extends AdaptorOutputs {
  /** `[rows, D]` */
  readonly normalized: Matrix;
}

export function createBatchRoom({ adaptor }: SdmModel, rows: number): BatchRoom {
  const { featureCount, representationSize, classCount } = adaptorSizes(adaptor);
  return {
    normalized: createMatrix(rows, featureCount),
    representations: createMatrix(rows, representationSize),
    logits: createMatrix(rows, classCount),
  };
}

/** Scores a batch of raw features `[batch, D]`: adaptor, matching, d, probabilities, q', regions, in this order. */
export async function scoreBatch(
  estimator: Calibrated,
  features: Matrix,
  { kernels, index, room, ...options }: Pick<Runtime, 'kernels' | 'index'> & BatchOptions & { room: BatchRoom },
): Promise<Estimate[]> {
  const { adaptor, normalization, maxSimilarity, support } = estimator.model;
  const { rows } = features;
  const normalized = normalize(features, normalization, rowsOf(room.normalized, 0, rows));
  const outputs = adapt(adaptor, normalized, kernels, {
    representations: rowsOf(room.representations, 0, rows),
    logits: rowsOf(room.logits, 0, rows),
  });
  const predictions = argMaxRows(outputs.logits);
  const { exclusions, signal } = options;
  const found = await index.match(outputs.representations, predictions, { maxSimilarity, exclusions, signal });
  const shown = await showNearest(support, { index, outputs, predictions, ...options });
  return estimatesOf(estimator, { ...outputs, predictions, exclusions, found, shown });
}

interface MatchedBatch extends AdaptorOutputs {
  readonly predictions: Int32Array;
  readonly exclusions: Int32Array;
  readonly found: Matches;
  readonly shown: readonly (readonly NearestExemplar[])[];
}

function estimatesOf(estimator: Calibrated, batch: MatchedBatch): Estimate[] {
  const { model, distanceScale, nestedRegions } = estimator;
  const { logits, predictions, found, exclusions } = batch;
  const rules: BandRules = { ...limitsOf(model), regions: nestedRegions.regions };
  // The own row takes one place of the search, so a row that leaves one out can reach one less.
  const similarities = found.similarities.map((q, i) =>
    exclusions[i]! < 0 ? q : Math.min(q, model.maxSimilarity - 1),
  );
  const quantiles = distanceQuantiles(distanceScale, found.nearestDistances);
  const probabilities = sdm(logits, { similarities, distanceQuantiles: quantiles }, rules);
  const rescaled = rescaledSimilarities(similarities, probabilities, { ...rules, predictions });
  const estimates: Estimate[] = [];
  for (let i = 0; i < predictions.length; i++) {
    const prediction = predictions[i]!;
    const scored = { probabilities: numbersOf(rowOf(probabilities, i)), prediction, rescaledSimilarity: rescaled[i]! };
    const band: BandRow = {
      logits: rowOf(logits, i),
      prediction,
      similarity: similarities[i]!,
      distanceQuantile: quantiles[i]!,
      effectiveSampleSizes: numbersOf(effectiveSampleSize(estimator.rescaledSimilarityCdfs, rescaled[i]!)),
    };
    const evidence: EstimateEvidence = {
      prediction,
      probability: scored.probabilities[prediction]!,
      probabilities: scored.probabilities,
      logits: numbersOf(band.logits),
      magnitude: band.logits[prediction]!,
      similarity: band.similarity,
      nearestDistance: found.nearestDistances[i]!,
      nearestIndex: found.nearestIndices[i]!,
      distanceQuantile: band.distanceQuantile,
      rescaledSimilarity: scored.rescaledSimilarity,
      regionAlpha: assignedAlpha(rules.regions, scored, rules),
      lower: lowerEstimate(band, rules),
      distanceBand: distanceBandAt(band, estimator.targetAccuracy),
      nearestExemplars: batch.shown[i]!,
    };
    estimates.push(verdict(estimator, evidence));
  }
  return estimates;
}

function limitsOf({ similarityOffset, outOfDistributionLimit }: SdmEstimator['model']) {
  return { similarityOffset, outOfDistributionLimit };
}

function verdict(estimator: Calibrated, evidence: EstimateEvidence): Estimate {
  const { rescaledSimilarity, regionAlpha, prediction } = evidence;
  if (Math.floor(rescaledSimilarity) <= estimator.model.outOfDistributionLimit) {
    return { ...evidence, admitted: false, reason: 'out-of-distribution' };
  }
  if (regionAlpha === 0) return { ...evidence, admitted: false, reason: 'no-region' };
  if (!reaches(regionAlpha, estimator.targetAccuracy)) {
    return { ...evidence, admitted: false, reason: 'below-target' };
  }
  return { ...evidence, admitted: true, decision: prediction };
}

async function showNearest(
  support: SupportSet,
  batch: BatchOptions & { index: ExemplarIndex; outputs: AdaptorOutputs; predictions: Int32Array },
): Promise<NearestExemplar[][]> {
  const shown = Array.from(batch.predictions, (): NearestExemplar[] => []);
  if (batch.nearestCount === 0) return shown;
  for (const [i, prediction] of batch.predictions.entries()) {
    const exclusion = batch.exclusions[i]!;
    const query = rowOf(batch.outputs.representations, i);
    const neighbors = await batch.index.nearest(query, batch.nearestCount, exclusion < 0 ? {} : { exclusion });
    shown[i] = neighbors.map((neighbor) => exemplarOf(support, { ...neighbor, queryPrediction: prediction }));
  }
  return shown;
}

function exemplarOf(
  support: SupportSet,
  { index, squaredDistance, queryPrediction }: { index: number; squaredDistance: number; queryPrediction: number },
): NearestExemplar {
  const label = support.labels[index]!;
  const prediction = support.predictions[index]!;
  const document = support.documents?.[index];
  return {
    index,
    id: support.ids[index]!,
    label,
    prediction,
    squaredDistance,
    isGood: label === prediction && prediction === queryPrediction,
    ...(document !== undefined && { document }),
  };
}
