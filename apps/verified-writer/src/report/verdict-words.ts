import { VERIFIED } from '@sdmjs/language-model';
import type { EstimateRecord } from '../stages/verify-set.js';
import { isAdmitted } from './selection-rules.js';

/** The verdict on an answer at a target accuracy, in the words of this app: admitted as verified, admitted as refuted, or rejected and why. */
export function verdictWords(
  estimate: Pick<EstimateRecord, 'prediction' | 'regionAlpha' | 'isOutOfDistribution'>,
  targetAccuracy: number,
): string {
  if (isAdmitted(estimate, targetAccuracy)) {
    return estimate.prediction === VERIFIED ? 'admitted as verified' : 'admitted as refuted';
  }
  if (estimate.isOutOfDistribution) return 'rejected (out-of-distribution)';
  return estimate.regionAlpha > 0 ? 'rejected (below target)' : 'rejected (no region)';
}
