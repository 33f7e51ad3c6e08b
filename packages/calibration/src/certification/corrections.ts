import { SdmError } from '@sdmjs/core';

/**
 * How the chance of any wrong certificate is kept at δ over the rungs. `fixedSequence`: the rungs are tested from the laxest to the
 * strictest, each at δ, and the first that fails ends the sequence (Maurer, Hothorn and Lehmacher 1995; Westfall and Krishen 2001).
 * `holm`: no order, the smallest p-value at δ / rungs, the next at δ / (rungs − 1), and so on (Holm 1979).
 */
export type RungCorrection = 'fixedSequence' | 'holm';

/** Adjusted p-values: a rung is certified when its own is at most δ. @param pValues by descending target accuracy */
export function adjustPValues(pValues: readonly number[], correction: RungCorrection): number[] {
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  testOrder(pValues, correction).forEach((rung, position) => {
    const factor = correction === 'holm' ? pValues.length - position : 1;
    largest = Math.max(largest, Math.min(1, factor * pValues[rung]!));
    adjusted[rung] = largest;
  });
  return adjusted;
}

/** Throws `out-of-range` for another word. */
export function requireCorrection(correction: RungCorrection): void {
  if (correction === 'holm' || correction === 'fixedSequence') return;
  throw new SdmError('out-of-range', `correction: wanted 'fixedSequence' or 'holm', got ${correction}`);
}

function testOrder(pValues: readonly number[], correction: RungCorrection): number[] {
  const rungs = [...pValues.keys()];
  return correction === 'holm' ? rungs.sort((a, b) => pValues[a]! - pValues[b]!) : rungs.reverse();
}
