import { restoreEstimator, type SdmEstimator } from '@sdmjs/estimator';

/** The same estimator at another target accuracy. Throws `out-of-range` and names the nearest rungs. */
export function loadAt(estimator: SdmEstimator, targetAccuracy: number | undefined): SdmEstimator {
  return targetAccuracy === undefined ? estimator : restoreEstimator({ ...estimator, targetAccuracy });
}
