import { requireExclusions } from './check-request.js';
import {
  type AdmissionCondition,
  compareRegions,
  decidingComparison,
  type RegionComparison,
} from './compare-regions.js';
import type { Estimate } from './estimate.js';
import { type RunEnd, runEnd, searchedRows } from './exemplar-run.js';
import type { EstimateOptions, SdmEstimator } from './sdm-estimator.js';
import { isStale } from './support-history.js';

/** Why a row was admitted or rejected: plain data, ready to be printed or sent. */
export interface Explanation {
  readonly modelId: string;
  readonly classNames: readonly string[];
  readonly targetAccuracy: number;
  /** Whether rows were added to the support since it was calibrated, so that the regions need not hold. */
  readonly isStale: boolean;
  /** Decision or reason, with prediction, q, d, magnitude, q', α and the exemplars shown. */
  readonly estimate: Estimate;
  /** What ended the run that q counts. */
  readonly run: RunEnd;
  /** The row beside every region, from the strictest down; empty when the estimator has none. */
  readonly regions: readonly RegionComparison[];
  /** The region that admitted, else the one that came closest at the target; null when the estimator has none there, so that it admits nothing. */
  readonly deciding: RegionComparison | null;
  /** What would have had to hold to be admitted there: the conditions of `deciding` that fail. Empty when admitted, or without `deciding`. */
  readonly missing: readonly AdmissionCondition[];
}

/**
 * Explains one row, by its raw features `[D]` or by an estimate of this estimator. From features the exemplar that broke the run is always
 * found; an estimate must show at least q + 1 exemplars for that, and `exclusion` must be that of its request. Throws as `estimate` does.
 */
export async function explain(
  estimator: SdmEstimator,
  row: Float32Array | Estimate,
  options: EstimateOptions = {},
): Promise<Explanation> {
  const { model, targetAccuracy, nestedRegions } = estimator;
  const { exclusion = -1 } = options;
  requireExclusions([exclusion], { rows: 1, model });
  const searched = searchedRows(model, exclusion);
  const { estimate, run } =
    'nearestExemplars' in row
      ? { estimate: row, run: runEnd(row, searched) }
      : await estimateWithRun(estimator, row, { searched, ...options });
  const { outOfDistributionLimit } = model;
  const regions = compareRegions(estimate, nestedRegions.regions, { outOfDistributionLimit, targetAccuracy });
  const deciding = decidingComparison(regions) ?? null;
  return {
    modelId: estimator.modelId,
    classNames: model.classNames,
    targetAccuracy,
    isStale: isStale(estimator),
    estimate,
    run,
    regions,
    deciding,
    missing: deciding?.conditions.filter(({ holds }) => !holds) ?? [],
  };
}

/** Looks a second time when the run is longer than the exemplars to show. */
async function estimateWithRun(
  estimator: SdmEstimator,
  features: Float32Array,
  { searched, ...options }: EstimateOptions & { readonly searched: ReturnType<typeof searchedRows> },
) {
  const estimate = await estimator.estimate(features, options);
  const run = runEnd(estimate, searched);
  if (run.kind !== 'not-shown') return { estimate, run };
  const longer = await estimator.estimate(features, { ...options, nearestCount: estimate.similarity + 1 });
  return { estimate, run: runEnd(longer, searched) };
}
