/** What a threshold on a score admits. */
export interface TunedThreshold {
  /** Admit a row when its score is at least this; `Infinity` admits none. */
  readonly threshold: number;
  /** Share of the tuning rows admitted. */
  readonly share: number;
}

/**
 * The threshold that admits the largest share of the rows while their accuracy is at least `targetAccuracy`. Rows of equal score are
 * admitted together.
 */
export function selectThreshold(
  scores: ArrayLike<number>,
  isCorrect: readonly boolean[],
  targetAccuracy: number,
): TunedThreshold {
  const order = Array.from(scores, (_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
  let correctCount = 0;
  let best: TunedThreshold = { threshold: Number.POSITIVE_INFINITY, share: 0 };
  order.forEach((row, rank) => {
    if (isCorrect[row]) correctCount++;
    const next = order[rank + 1];
    const tied = next !== undefined && scores[next] === scores[row];
    if (!tied && correctCount >= targetAccuracy * (rank + 1)) {
      best = { threshold: scores[row]!, share: (rank + 1) / order.length };
    }
  });
  return best;
}
