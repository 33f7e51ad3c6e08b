import { alphaLadder } from '@sdmjs/calibration';
import { SdmError } from '@sdmjs/core';

const WANTED_BY_DEFAULT = 0.95;
/** Target accuracies in files are exact to this. */
const TOLERANCE = 1e-9;

/**
 * A target accuracy that is a rung of the ladder of `alphaResolution`: the one given, else the lowest rung that is at least 0.95,
 * else the highest rung. Throws `out-of-range` and names the nearest rungs.
 */
export function chooseTargetAccuracy(alphaResolution: number, targetAccuracy?: number): number {
  const ladder = alphaLadder(alphaResolution);
  if (targetAccuracy === undefined) {
    return ladder.filter((rung) => rung >= WANTED_BY_DEFAULT - TOLERANCE).at(-1) ?? ladder[0]!;
  }
  const rung = ladder.find((candidate) => Math.abs(candidate - targetAccuracy) <= TOLERANCE);
  if (rung !== undefined) return rung;
  const nearest = ladder
    .toSorted((a, b) => Math.abs(a - targetAccuracy) - Math.abs(b - targetAccuracy))
    .slice(0, 2)
    .join(' and ');
  throw new SdmError(
    'out-of-range',
    `targetAccuracy: ${targetAccuracy} is no rung of the ladder of alphaResolution ${alphaResolution}; the nearest are ${nearest}`,
  );
}

/** Whether a region of target accuracy `regionAlpha` (0: none) is at least as strict as `targetAccuracy`. */
export function reaches(regionAlpha: number, targetAccuracy: number): boolean {
  return regionAlpha >= targetAccuracy - TOLERANCE;
}
