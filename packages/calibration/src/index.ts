export { admits, assignedAlpha, type ScoredRow } from './admits.js';
export { alphaLadder } from './alpha-ladder.js';
export type { CalibrationScores, OutOfDistributionOptions } from './calibration-scores.js';
export { dkwBand, dkwErrors } from './dkw-band.js';
export { effectiveSampleSize, fitEffectiveSampleSizes } from './effective-sample-size.js';
export { findHighReliabilityRegion, type HighReliabilityRegion } from './high-reliability-region.js';
export { balancedAccuracy, balancedMean } from './metrics/balanced.js';
export { type BinomialInterval, binomialInterval } from './metrics/binomial-interval.js';
export { isIndexConditional } from './metrics/index-conditional.js';
export {
  type GroupAccuracy,
  type SelectedRows,
  type SelectiveReport,
  selectiveReport,
} from './metrics/selective-report.js';
export {
  findNestedRegions,
  type NestedRegionOptions,
  type NestedRegions,
  type RungReport,
  type Shortfall,
} from './nested-regions.js';
export { type RescalingOptions, rescaledSimilarities, rescaledSimilarity } from './rescaled-similarity.js';
export type { ClassTally, ThresholdTally } from './sweep.js';
