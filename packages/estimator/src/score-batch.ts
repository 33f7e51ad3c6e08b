import { sdm } from '@sdmjs/activation';
import { assignedAlpha, effectiveSampleSize, rescaledSimilarities } from '@sdmjs/calibration';
import { argMaxRows, type Matrix, rowOf } from '@sdmjs/core';
import { distanceQuantiles, type ExemplarIndex, type Matches, type SupportSet } from '@sdmjs/exemplars';
import type { Estimate, EstimateEvidence, NearestExemplar } from './estimate.js';
import { adapt, type AdaptorOutputs } from './exemplar-adaptor.js';
import { type BandRow, type BandRules, distanceBandAt, lowerEstimate } from './lower-estimate.js';
import type { Runtime } from './runtime.js';
import type { SdmEstimator } from './sdm-estimator.js';
import { normalize } from './standardizer.js';
import { reaches } from './target-accuracy.js';

export interface BatchOptions {
  readonly nearestCount: number;
  /** `[batch]` support row to leave out, −1 for none. */
  readonly exclusions: Int32Array;
  readonly signal: AbortSignal | undefined;
}

type Calibrated = Omit<SdmEstimator, 'estimate' | 'estimateAll' | 'dispose'>;

/** Scores a batch of raw features `[batch, D]`: adaptor, matching, d, probabilities, q', regions, in this order. */
export async function scoreBatch(
  estimator: Calibrated,
  features: Matrix,
  { kernels, index, ...options }: Pick<Runtime, 'kernels' | 'index'> & BatchOptions,
): Promise<Estimate[]> {
  const { model } = estimator;
  const outputs = adapt(model.adaptor, normalize(features, model.normalization), kernels);
  const predictions = argMaxRows(outputs.logits);
  const { maxSimilarity } = model;
  const { exclusions, signal } = options;
  const found = await index.match(outputs.representations, predictions, { maxSimilarity, exclusions, signal });
  const evidence = weighEvidence(estimator, { ...outputs, predictions, exclusions, found });
  const shown = await showNearest(model.support, { index, outputs, evidence, ...options });
  return evidence.map((row, i) => verdict(estimator, { ...row, nearestExemplars: shown[i]! }));
}

function weighEvidence(
  estimator: Calibrated,
  batch: AdaptorOutputs & { predictions: Int32Array; exclusions: Int32Array; found: Matches },
): EstimateEvidence[] {
  const { model, distanceScale, nestedRegions } = estimator;
  const { logits, predictions, found } = batch;
  const rules: BandRules = { ...limitsOf(model), regions: nestedRegions.regions };
  // The own row takes one place of the search, so a row that leaves one out can reach one less.
  const similarities = found.similarities.map((q, i) =>
    batch.exclusions[i]! < 0 ? q : Math.min(q, model.maxSimilarity - 1),
  );
  const quantiles = distanceQuantiles(distanceScale, found.nearestDistances);
  const probabilities = sdm(logits, { similarities, distanceQuantiles: quantiles }, rules);
  const rescaled = rescaledSimilarities(similarities, probabilities, { ...rules, predictions });
  return Array.from(predictions, (prediction, i) => {
    const rowProbabilities = Array.from(rowOf(probabilities, i));
    const band: BandRow = {
      logits: rowOf(logits, i),
      prediction,
      similarity: similarities[i]!,
      distanceQuantile: quantiles[i]!,
      effectiveSampleSizes: effectiveSampleSize(estimator.rescaledSimilarityCdfs, rescaled[i]!),
    };
    const scored = { probabilities: rowProbabilities, prediction, rescaledSimilarity: rescaled[i]! };
    return {
      ...scored,
      probability: rowProbabilities[prediction]!,
      logits: Array.from(band.logits),
      magnitude: band.logits[prediction]!,
      similarity: band.similarity,
      nearestDistance: found.nearestDistances[i]!,
      nearestIndex: found.nearestIndices[i]!,
      distanceQuantile: band.distanceQuantile,
      regionAlpha: assignedAlpha(rules.regions, scored, rules),
      lower: lowerEstimate(band, rules),
      distanceBand: distanceBandAt(band, estimator.targetAccuracy),
      nearestExemplars: [],
    };
  });
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
  batch: BatchOptions & { index: ExemplarIndex; outputs: AdaptorOutputs; evidence: readonly EstimateEvidence[] },
): Promise<NearestExemplar[][]> {
  if (batch.nearestCount === 0) return batch.evidence.map(() => []);
  const shown: NearestExemplar[][] = [];
  for (const [i, { prediction }] of batch.evidence.entries()) {
    const exclusion = batch.exclusions[i]!;
    const query = rowOf(batch.outputs.representations, i);
    const neighbors = await batch.index.nearest(query, batch.nearestCount, exclusion < 0 ? {} : { exclusion });
    shown.push(neighbors.map((neighbor) => exemplarOf(support, { ...neighbor, queryPrediction: prediction })));
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
