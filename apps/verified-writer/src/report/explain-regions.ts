import type { RungReport } from '@sdmjs/calibration';
import { CLASS_NAMES } from '../stages/train-estimator.js';
import { formatAlpha } from './selection-rules.js';

/** One line for a target accuracy: that its region exists, or why it does not, by the count that was short. */
export function explainRung(rung: RungReport): string {
  const at = `α = ${formatAlpha(rung.targetAccuracy)}`;
  if (rung.exists) return `${at}: a region, q' ≥ ${rung.closest?.minRescaledSimilarity.toFixed(1) ?? '?'}`;
  const name = rung.shortestClass === null ? 'either kind' : CLASS_NAMES[rung.shortestClass];
  if (rung.shortfall === 'no-candidates') return `${at}: no region; no calibration answer is left with q' of 1 or more`;
  const tally = rung.shortestClass === null ? undefined : rung.closest?.classes[rung.shortestClass];
  if (rung.shortfall === 'class-missing' || rung.closest === null || tally === undefined) {
    return `${at}: no region; no calibration answer whose true class is ${name} is left with q' of 1 or more`;
  }
  const cut = rung.closest.minRescaledSimilarity.toFixed(1);
  return (
    `${at}: no region; the closest cut, q' ≥ ${cut}, keeps ${tally.count} calibration answers whose true class is ${name}, ` +
    `${tally.below} of them with SDM under ${formatAlpha(rung.targetAccuracy)} where ${tally.allowed} may be`
  );
}

/** The largest target accuracy that has a region, at most `targetAccuracy`; undefined when none has. `regions` descend. */
export function largestServed(
  regions: readonly { readonly targetAccuracy: number }[],
  targetAccuracy: number,
): number | undefined {
  return regions.find((region) => region.targetAccuracy <= targetAccuracy + 1e-9)?.targetAccuracy;
}
