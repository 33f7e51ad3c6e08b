import { SdmError } from '@sdmjs/core';
import type { EstimateEvidence } from './estimate.js';

/** Which of the two assigned regions of an estimate counts: its own, or that of the lower end of its band. */
export type RegionForm = 'centroid' | 'lower';

/** Throws `out-of-range` for another word, which must not fall back to the weaker one. */
export function requireForm(form: RegionForm): void {
  if (form === 'centroid' || form === 'lower') return;
  throw new SdmError('out-of-range', `form: wanted 'centroid' or 'lower', got ${form}`);
}

/** Target accuracy of the region that counts, 0 for none. */
export function regionAlphaOf(estimate: EstimateEvidence, form: RegionForm): number {
  return form === 'lower' ? estimate.lower.regionAlpha : estimate.regionAlpha;
}
