export { type CalibrateOptions, calibrate } from './calibrate.js';
export {
  type CalibrationRows,
  createCalibrationRows,
  fitCalibrationScale,
  type RawCalibrationRows,
  type SavedCalibrationRows,
} from './calibration-rows.js';
export { type CertifyOptions, certify, type FreshRows } from './certify.js';
export type { AdmissionCondition, RegionComparison } from './compare-regions.js';
export { type Branches, decide, type RejectedBranch } from './decide.js';
export {
  type AdmittedByAll,
  createEnsemble,
  type EnsembleEstimate,
  type EnsembleOptions,
  type EnsembleRejectionReason,
  type RejectedByEnsemble,
  type SdmEnsemble,
} from './ensemble.js';
export type {
  Admitted,
  DistanceBand,
  Estimate,
  EstimateEvidence,
  LowerEstimate,
  NearestExemplar,
  Rejected,
  RejectionReason,
} from './estimate.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
export type { BreakReason, RunEnd } from './exemplar-run.js';
export { type Explanation, explain } from './explain.js';
export {
  type AdaptorOutputs,
  type AdaptorSizes,
  adapt,
  adaptorSizes,
  createAdaptor,
  type ExemplarAdaptor,
} from './exemplar-adaptor.js';
export { featureDigests } from './feature-digests.js';
export { type RecalibrateOptions, recalibrate } from './recalibrate.js';
export type { RegionForm } from './region-form.js';
export { type RescoreOptions, rescoreCalibration } from './rescore-calibration.js';
export {
  type EstimateAllOptions,
  type EstimateOptions,
  type EstimatorParts,
  type EstimatorRegions,
  type RequestOptions,
  restoreEstimator,
  type SdmEstimator,
} from './sdm-estimator.js';
export { DEFAULT_REPRESENTATION, type Representation, requireConsistentModel, type SdmModel } from './sdm-model.js';
export { fitNormalization, type Normalization, normalize, normalizeInto } from './standardizer.js';
export { isStale } from './support-history.js';
export { chooseTargetAccuracy } from './target-accuracy.js';
export { type UpdateSupportOptions, updateSupport } from './update-support.js';
