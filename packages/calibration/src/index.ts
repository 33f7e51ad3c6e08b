export { admits, assignedAlpha, type ScoredRow } from './admits.js';
export { alphaLadder } from './alpha-ladder.js';
export { type CalibrationScores, type OutOfDistributionOptions, requireClasses } from './calibration-scores.js';
export { type FitSetOptions, fitAps } from './baselines/aps.js';
export {
  admitByPredictionSet,
  type PredictionSetRule,
  predictionSetSizes,
  type SetOptions,
} from './baselines/prediction-sets.js';
export { type FitRapsOptions, fitRaps } from './baselines/raps.js';
export { admitBySoftmax, type SoftmaxThresholdOptions } from './baselines/softmax-threshold.js';
export { fitTemperature } from './baselines/temperature-scaling.js';
export {
  type CalibrationSupportOptions,
  type ClassSupport,
  calibrationSupport,
  type TargetSupport,
} from './calibration-support.js';
export {
  areTargetAccuracies,
  type CertificationOptions,
  completeCertificationOptions,
} from './certification/certification-options.js';
export {
  type Certification,
  type CertificationRows,
  certifyRungs,
  type RungCertificate,
} from './certification/certify-rungs.js';
export type { RungCorrection } from './certification/corrections.js';
export type { GroupBound } from './certification/group-bounds.js';
export type { GroupTally, TalliedRows } from './certification/group-tally.js';
export type { Shortage } from './certification/rows-needed.js';
export { dkwBand, dkwErrors } from './dkw-band.js';
export { effectiveSampleSize, fitEffectiveSampleSizes } from './effective-sample-size.js';
export {
  findHighReliabilityRegion,
  type HighReliabilityRegion,
  type RegionRequirement,
  requireRequirement,
  type RequirementOptions,
} from './high-reliability-region.js';
export {
  type BandEstimate,
  estimateIndexConditional,
  type IndexConditionalEstimate,
} from './index-conditional/estimate-index-conditional.js';
export {
  type FitIndexConditionalOptions,
  fitIndexConditional,
  type IndexConditionalEstimator,
} from './index-conditional/fit-index-conditional.js';
export type { FitWeightsOptions } from './index-conditional/fit-quantile-weights.js';
export type { IndexConditionalRound, RoundScores } from './index-conditional/fit-round.js';
export type { QuantileWeights } from './index-conditional/rescale.js';
export { balancedAccuracy, balancedMean, balancedMedian } from './metrics/balanced.js';
export { type BinomialInterval, binomialInterval } from './metrics/binomial-interval.js';
export { isIndexConditional } from './metrics/index-conditional.js';
export { riskCoverageArea } from './metrics/risk-coverage-area.js';
export {
  type GroupAccuracy,
  type SelectedRows,
  type SelectiveReport,
  selectiveReport,
} from './metrics/selective-report.js';
export { type SplitCoverage, splitCoverage } from './metrics/split-coverage.js';
export {
  findNestedRegions,
  type NestedRegionOptions,
  type NestedRegions,
  type RungReport,
  type Shortfall,
} from './nested-regions.js';
export { type RescalingOptions, rescaledSimilarities, rescaledSimilarity } from './rescaled-similarity.js';
export type { ClassTally, PredictionTally, ThresholdTally } from './sweep.js';
