import { meanFloat32, SdmError } from '@sdmjs/core';
import { requireClasses } from './labels.js';
import { requireCount } from './row-scales.js';

/**
 * Mean over the classes of the mean loss of each true class, so that every class weighs the same; float32 means in NumPy's pairwise order.
 * @param rowLosses `[rows]` @param labels `[rows]` Throws `class-missing` when a class has no row and `not-finite` on a bad loss.
 */
export function balancedLoss(rowLosses: Float32Array, labels: Int32Array, classCount: number): number {
  requireCount(labels, rowLosses.length, 'balancedLoss: labels');
  requireClasses(labels, classCount, 'balancedLoss');
  const means = new Float32Array(classCount);
  for (let label = 0; label < classCount; label++) {
    const ofClass = rowLosses.filter((_, i) => labels[i] === label);
    if (ofClass.length === 0)
      throw new SdmError('class-missing', `balancedLoss: class ${label} has no row; add examples of it`);
    means[label] = meanFloat32(ofClass);
  }
  const balanced = meanFloat32(means);
  if (!Number.isFinite(balanced))
    throw new SdmError('not-finite', `balancedLoss: the mean is ${balanced}; look for a bad row loss`);
  return balanced;
}
