import type { SdmModel } from '@sdmjs/estimator';
import { createExactIndex, type DistanceScale, fitDistanceScale } from '@sdmjs/exemplars';

/**
 * Distances of the support rows to their nearest other support row: the scale of d for examples that the model was trained on. The calibration
 * scale of an estimator is for examples it was not. Rows of no class stay out.
 */
export async function fitTrainingDistances(
  model: Pick<SdmModel, 'support' | 'classNames' | 'maxSimilarity' | 'outOfDistributionLimit'>,
): Promise<DistanceScale> {
  const { support, classNames, maxSimilarity, outOfDistributionLimit } = model;
  const index = await createExactIndex(support);
  try {
    const found = await index.match(support.representations, support.predictions, {
      maxSimilarity: Math.max(1, maxSimilarity - 1), // the place of the row itself is not searched
      exclusions: Int32Array.from(support.labels, (_, row) => row),
    });
    const ofClass = (_: unknown, row: number) => support.labels[row]! >= 0;
    return fitDistanceScale({
      nearestDistances: found.nearestDistances.filter(ofClass),
      similarities: found.similarities.filter(ofClass),
      labels: support.labels.filter(ofClass),
      classCount: classNames.length,
      outOfDistributionLimit,
    });
  } finally {
    index.dispose();
  }
}
