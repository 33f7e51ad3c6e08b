import type { Estimate, SdmEstimator } from '@sdmjs/estimator';
import { stringifyJson } from './json.js';

/** What a scored row is made of. */
export interface ScoredRow {
  readonly id: string;
  /** −1 when unknown. */
  readonly label: number;
  readonly estimate: Estimate;
}

type Scorer = Pick<SdmEstimator, 'model' | 'modelId' | 'nestedRegions'>;

/** One compact scored row, with the keys of reexpress-sdm 0.4.8 in their order: a line of JSON with its end. */
export function encodeScoredRow(estimator: Scorer, row: ScoredRow): string {
  return `${stringifyJson(scoredRow(estimator, row))}\n`;
}

/** The object of one compact scored row; nearest exemplars only when the estimate has some. */
export function scoredRow({ model, modelId, nestedRegions }: Scorer, { id, label, estimate }: ScoredRow) {
  const strictest = nestedRegions.regions[0]?.targetAccuracy;
  const isStrictest = (alpha: number) => strictest !== undefined && alpha === strictest;
  const { nearestExemplars } = estimate;
  return {
    modelID: modelId,
    id,
    prediction: estimate.prediction,
    q: estimate.similarity,
    d0: estimate.nearestDistance,
    d: estimate.distanceQuantile,
    qPrime: estimate.rescaledSimilarity,
    nearestSupportIndex: estimate.nearestIndex,
    nearestSupportID: model.support.ids[estimate.nearestIndex],
    centroidRegionAlpha: estimate.regionAlpha,
    lowerRegionAlpha: estimate.lower.regionAlpha,
    isInMostConservativeRegion: isStrictest(estimate.regionAlpha),
    isInMostConservativeRegionLower: isStrictest(estimate.lower.regionAlpha),
    ...(nearestExemplars.length > 0 && {
      nearestSupportMatches: nearestExemplars.map((exemplar) => ({
        supportIndex: exemplar.index,
        id: exemplar.id,
        label: exemplar.label,
        predictedLabel: exemplar.prediction,
        squaredDistance: exemplar.squaredDistance,
        ...(exemplar.document !== undefined && { document: exemplar.document }),
      })),
    }),
    label,
  };
}
