import { countBelow, createEmpiricalCdf, type EmpiricalCdf, SdmError } from '@sdmjs/core';

/** How far rows of each true class usually are from their nearest exemplar. */
export interface DistanceScale {
  /** One distribution of nearest distances a class; empty where the class had no row within distribution. */
  readonly byClass: readonly EmpiricalCdf[];
}

/**
 * Fits one distribution of nearest distances for each true class, over rows with similarity > `outOfDistributionLimit`.
 * Throws `shape-mismatch` or `label-out-of-range`.
 */
export function fitDistanceScale(rows: {
  /** `[n]` squared L2 to the nearest exemplar. */
  readonly nearestDistances: Float32Array;
  /** `[n]` */
  readonly similarities: Int32Array;
  /** `[n]` true classes. */
  readonly labels: Int32Array;
  readonly classCount: number;
  /** @default 0 */
  readonly outOfDistributionLimit?: number | undefined;
}): DistanceScale {
  const { nearestDistances, similarities, labels, classCount, outOfDistributionLimit = 0 } = rows;
  if (similarities.length !== labels.length || nearestDistances.length !== labels.length) {
    throw new SdmError(
      'shape-mismatch',
      `fitDistanceScale: ${nearestDistances.length} distances, ${similarities.length} similarities, ${labels.length} labels; wanted one of each a row`,
    );
  }
  const counts = new Int32Array(classCount);
  labels.forEach((label, i) => {
    if (label < 0 || label >= classCount) {
      throw new SdmError(
        'label-out-of-range',
        `fitDistanceScale: label ${label} of row ${i}; wanted 0 … ${classCount - 1}`,
      );
    }
    if (similarities[i]! > outOfDistributionLimit) counts[label]!++;
  });
  const distances = Array.from(counts, (count) => new Float32Array(count));
  counts.fill(0);
  labels.forEach((label, i) => {
    if (similarities[i]! > outOfDistributionLimit) distances[label]![counts[label]!++] = nearestDistances[i]!;
  });
  return { byClass: distances.map((ofClass) => createEmpiricalCdf(ofClass)) };
}

/**
 * d in [0, 1] of one distance: the least over classes of 1 − (share of that class strictly nearer), in float32.
 * 1 is near, 0 is far; 0 when any class has no distances, or there is no class. As reexpress-sdm 0.4.8 and arXiv 2509.12760v5.
 */
export function distanceQuantile(scale: DistanceScale, distance: number): number {
  let least = scale.byClass.length === 0 ? 0 : 1;
  for (const cdf of scale.byClass) {
    const count = cdf.sorted.length;
    const share = count === 0 ? 1 : Math.fround(countBelow(cdf, distance) / count);
    least = Math.min(least, Math.fround(1 - share));
  }
  return least;
}

/** `distanceQuantile` of each distance. `[n]` */
export function distanceQuantiles(scale: DistanceScale, distances: Float32Array): Float32Array {
  return distances.map((distance) => distanceQuantile(scale, distance));
}
