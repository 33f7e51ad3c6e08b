import { type EmpiricalCdf, type Matrix, matrixFromRows, rowOf } from '@sdmjs/core';
import { adapt, type Estimate, normalize, type SdmEstimator, type SdmModel } from '@sdmjs/estimator';
import { createPlainKernels } from '@sdmjs/kernels';
import type { SdkScore, SdkScores } from './references.js';
import { type Comparison, createTally, type Tally } from './tally.js';

const TOLERANCE = 1e-6;

/** All rows scored by us and by the SDK with one package, plainly and with a support row left out. */
export async function compareScores(
  what: string,
  estimator: SdmEstimator,
  against: { readonly queries: number[][]; readonly scores: SdkScores },
): Promise<Comparison> {
  const { queries, scores } = against;
  const tally = createTally(what, { reference: 'reexpress-sdm', tolerance: TOLERANCE });
  tally.exact('model id', { got: estimator.modelId, wanted: scores.modelId });
  const features = matrixFromRows(queries);
  const scales = distanceScales(estimator.model, features);
  const exclusions = Int32Array.from(scores.exclusions);
  const plain = await estimator.estimateAll(features, { nearestCount: 5 });
  const excluded = await estimator.estimateAll(features, { exclusions });
  scales.forEach((scale, i) => {
    compareRow(tally, { name: `row ${i}`, estimator, scale, got: plain[i]!, wanted: scores.plain[i]! });
    const name = `row ${i} without ${exclusions[i]}`;
    compareRow(tally, { name, estimator, scale, got: excluded[i]!, wanted: scores.excluded[i]! });
  });
  return tally.finish();
}

interface ScoredRow {
  readonly name: string;
  readonly estimator: SdmEstimator;
  /** The largest |query|² + |row|² over the support: what squared distances of this row are rounded to. */
  readonly scale: number;
  readonly got: Estimate;
  readonly wanted: SdkScore;
}

/** In the order of scoring: where a count hangs on the last bit, what follows from it is left out. */
function compareRow(tally: Tally, row: ScoredRow): void {
  compareMatching(tally, row);
  const { got, wanted, estimator, scale, name } = row;
  if (got.distanceQuantile !== wanted.d) {
    const boundary = { value: got.nearestDistance, within: TOLERANCE * Math.max(1, scale) };
    if (isAtBoundary(estimator.distanceScale.byClass, boundary)) return tally.boundary();
  }
  const { lower } = got;
  tally.real(`${name}, d`, { got: got.distanceQuantile, wanted: wanted.d });
  tally.reals(`${name}, sdm`, { got: got.probabilities, wanted: wanted.sdm });
  tally.real(`${name}, qPrime`, { got: got.rescaledSimilarity, wanted: wanted.qPrime });
  tally.exact(`${name}, region`, { got: got.regionAlpha, wanted: wanted.centroidRegionAlpha });
  const sizes = { got: lower.effectiveSampleSizes.join(), wanted: wanted.cumulativeEffectiveSampleSizes.join() };
  if (sizes.got !== sizes.wanted) {
    const boundary = { value: wanted.qPrime, within: TOLERANCE * Math.max(1, wanted.qPrime) };
    if (isAtBoundary(estimator.rescaledSimilarityCdfs, boundary)) return tally.boundary();
  }
  tally.exact(`${name}, sample sizes`, sizes);
  compareLower(tally, row);
}

function compareMatching(tally: Tally, { name, got, wanted, scale }: ScoredRow): void {
  tally.exact(`${name}, prediction`, { got: got.prediction, wanted: wanted.prediction });
  tally.exact(`${name}, q`, { got: got.similarity, wanted: wanted.q });
  tally.exact(`${name}, nearest`, { got: got.nearestIndex, wanted: wanted.nearestSupportIndex });
  tally.reals(`${name}, zPrime`, { got: got.logits, wanted: wanted.zPrime });
  tally.real(`${name}, d0`, { got: got.nearestDistance, wanted: wanted.d0, scale });
  const shown = wanted.nearestSupportMatches;
  if (!shown) return;
  const indices = got.nearestExemplars.map((exemplar) => exemplar.index).join();
  tally.exact(`${name}, nearest rows`, { got: indices, wanted: shown.map((match) => match.supportIndex).join() });
  const distances = got.nearestExemplars.map((exemplar) => exemplar.squaredDistance);
  tally.reals(`${name}, distances`, { got: distances, wanted: shown.map((match) => match.squaredDistance), scale });
}

function compareLower(tally: Tally, { name, got: { lower }, wanted }: ScoredRow): void {
  tally.exact(`${name}, lower region`, { got: lower.regionAlpha, wanted: wanted.lowerRegionAlpha });
  tally.reals(`${name}, errors`, { got: lower.errors, wanted: wanted.effectiveSampleSizeErrors });
  tally.real(`${name}, dLower`, { got: lower.distanceLower, wanted: wanted.dLower });
  tally.real(`${name}, dUpper`, { got: lower.distanceUpper, wanted: wanted.dUpper });
  tally.reals(`${name}, sdmLower`, { got: lower.probabilitiesLower, wanted: wanted.sdmLower });
  tally.reals(`${name}, sdmUpper`, { got: lower.probabilitiesUpper, wanted: wanted.sdmUpper });
  tally.real(`${name}, qPrimeLower`, { got: lower.rescaledSimilarityLower, wanted: wanted.qPrimeLower });
}

function isAtBoundary(cdfs: readonly EmpiricalCdf[], { value, within }: { value: number; within: number }): boolean {
  return cdfs.some(({ sorted }) => sorted.some((entry) => Math.abs(entry - value) <= within));
}

function distanceScales(model: SdmModel, features: Matrix): number[] {
  const kernels = createPlainKernels();
  const { representations } = adapt(model.adaptor, normalize(features, model.normalization), kernels);
  const support = model.support.representations;
  const origin = rowOf(support, 0);
  const norms = (rows: Matrix) =>
    Array.from({ length: rows.rows }, (_, i) =>
      rowOf(rows, i).reduce((sum, value, k) => sum + (value - origin[k]!) ** 2, 0),
    );
  const largest = Math.max(...norms(support));
  return norms(representations).map((norm) => norm + largest);
}
