import { type GroupBound, upperTail } from './group-bounds.js';

/** Why a rung is not certified, and how many more fresh rows would do. */
export interface Shortage {
  /**
   * `accuracy-at-or-below-target`: some group's observed accuracy is no more than the target, so more rows like these would never do;
   * `empty-group`: nobody was admitted in some group, so nothing can be extrapolated; `too-few-rows`: every group is above the target,
   * not yet by enough; `laxer-rung`: this rung would pass, or needs less, but a laxer rung before it in the sequence is not certified.
   */
  readonly reason: 'accuracy-at-or-below-target' | 'empty-group' | 'too-few-rows' | 'laxer-rung';
  /**
   * Fresh rows to add, admitted or not, if every group keeps its observed share of the rows and its observed accuracy.
   * Rounded up; about an even chance of success, since the new rows may do a little worse. `Infinity` when none would do (or no fewer
   * than a thousand million), null when nothing can be said.
   */
  readonly additionalRows: number | null;
}

/** What the rung itself lacks at the level it is tested at; null when it lacks nothing. */
export function rungShortage(
  groups: readonly GroupBound[],
  test: { readonly targetAccuracy: number; readonly level: number; readonly rowCount: number },
): Shortage | null {
  const { targetAccuracy, level, rowCount } = test;
  const failed = groups.filter((group) => group.pValue > level);
  if (failed.length === 0) return null;
  if (failed.some((group) => group.accuracy !== null && group.accuracy <= targetAccuracy)) {
    return { reason: 'accuracy-at-or-below-target', additionalRows: Number.POSITIVE_INFINITY };
  }
  if (failed.some((group) => group.admitted === 0)) return { reason: 'empty-group', additionalRows: null };
  const factor = Math.max(...failed.map((group) => factorNeeded(group, targetAccuracy, level)));
  return { reason: 'too-few-rows', additionalRows: Math.ceil(rowCount * (factor - 1)) };
}

/** The shortage that weighs more: none at all would do, then unknown, then the larger number. */
export function worseShortage(first: Shortage | null, second: Shortage | null): Shortage | null {
  const weight = (shortage: Shortage | null) => {
    if (shortage === null) return -1;
    return shortage.additionalRows ?? Number.MAX_VALUE;
  };
  return weight(first) >= weight(second) ? first : second;
}

const MOST_ADMITTED = 1e9;

/** By how much the counts of a group above the target must grow, in proportion, for its p-value to come down to `level`. */
function factorNeeded({ admitted, correct }: GroupBound, targetAccuracy: number, level: number): number {
  const isEnough = (factor: number) => upperTail(correct * factor, admitted * factor, targetAccuracy) <= level;
  let [low, high] = [1, 2];
  while (!isEnough(high)) {
    if (admitted * high > MOST_ADMITTED) return Number.POSITIVE_INFINITY;
    [low, high] = [high, high * 2];
  }
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
