import type { HighReliabilityRegion } from '@sdmjs/calibration';
import type { EstimateEvidence } from './estimate.js';
import { reaches } from './target-accuracy.js';

/** One thing that a region asks of a row. All of them together are what `admits` asks. */
export interface AdmissionCondition {
  /**
   * `in-distribution`: floor(q') above the limit. `similar-enough`: q' at the region's least. `predicted-class`: the output of the
   * prediction at that class's threshold. `other-class`: the output of another class below its own.
   */
  readonly kind: 'in-distribution' | 'similar-enough' | 'predicted-class' | 'other-class';
  readonly comparison: 'at-least' | 'below';
  readonly wanted: number;
  readonly got: number;
  readonly holds: boolean;
  /** The class whose output is compared; absent where q' is. */
  readonly label?: number;
  /** What keeps q' where it is: q itself, or the output of the prediction, in q' = min(q, (offset + q)^output). Present where q' is compared. */
  readonly limitedBy?: 'similarity' | 'probability';
}

/** A row beside one region of the estimator. */
export interface RegionComparison {
  readonly targetAccuracy: number;
  /** q'_min */
  readonly minRescaledSimilarity: number;
  /** ψ, one a class. */
  readonly classThresholds: readonly number[];
  /** Whether being in this region is enough at the estimator's target accuracy. */
  readonly isSufficient: boolean;
  readonly admits: boolean;
  readonly conditions: readonly AdmissionCondition[];
}

type ComparedRow = Pick<EstimateEvidence, 'prediction' | 'probabilities' | 'rescaledSimilarity' | 'similarity'>;

/** Each region's conditions with the row's own numbers, in the order of the regions; compared in float32 as `admits` compares. */
export function compareRegions(
  row: ComparedRow,
  regions: readonly HighReliabilityRegion[],
  rules: { readonly outOfDistributionLimit: number; readonly targetAccuracy: number },
): RegionComparison[] {
  return regions.map((region) => {
    const conditions = conditionsOf(row, region, rules.outOfDistributionLimit);
    return {
      targetAccuracy: region.targetAccuracy,
      minRescaledSimilarity: region.minRescaledSimilarity,
      classThresholds: region.classThresholds,
      isSufficient: reaches(region.targetAccuracy, rules.targetAccuracy),
      admits: conditions.every(({ holds }) => holds),
      conditions,
    };
  });
}

/**
 * The comparison that decided: the first sufficient region that admits the row, else the sufficient one with the fewest conditions that fail,
 * the laxest of equals. Undefined when the estimator has no region at or above its target.
 */
export function decidingComparison(comparisons: readonly RegionComparison[]): RegionComparison | undefined {
  const sufficient = comparisons.filter(({ isSufficient }) => isSufficient);
  const admitting = sufficient.find(({ admits }) => admits);
  if (admitting) return admitting;
  return sufficient.reduce<RegionComparison | undefined>(
    (best, region) => (best && failedCount(best) < failedCount(region) ? best : region),
    undefined,
  );
}

function conditionsOf(row: ComparedRow, region: HighReliabilityRegion, limit: number): AdmissionCondition[] {
  const limitedBy = row.rescaledSimilarity < row.similarity ? 'probability' : 'similarity';
  const ofSimilarity = (kind: AdmissionCondition['kind'], wanted: number): AdmissionCondition => ({
    ...compare(kind, 'at-least', { wanted, got: row.rescaledSimilarity }),
    limitedBy,
  });
  return [
    ofSimilarity('in-distribution', limit + 1),
    ofSimilarity('similar-enough', region.minRescaledSimilarity),
    ...region.classThresholds.map((wanted, label) => {
      const isPredicted = label === row.prediction;
      const numbers = { wanted, got: row.probabilities[label]! };
      return isPredicted
        ? { ...compare('predicted-class', 'at-least', numbers), label }
        : { ...compare('other-class', 'below', numbers), label };
    }),
  ];
}

function compare(
  kind: AdmissionCondition['kind'],
  comparison: AdmissionCondition['comparison'],
  { wanted, got }: { wanted: number; got: number },
): AdmissionCondition {
  const isBelow = Math.fround(got) < Math.fround(wanted);
  return { kind, comparison, wanted, got, holds: comparison === 'below' ? isBelow : !isBelow };
}

function failedCount({ conditions }: RegionComparison): number {
  return conditions.filter(({ holds }) => !holds).length;
}
