import { SdmError } from '@sdmjs/core';

/**
 * Area under the risk–coverage curve (Geifman & El-Yaniv, arXiv 1705.08500; the mean selective risk of arXiv 1805.08206): rows are taken from the
 * largest score down, and the share of errors among those taken is averaged over all coverages. In [0, 1], lower is better; rows of equal score
 * count as in an order by chance. Throws `empty-input`, `shape-mismatch` or `not-finite`.
 */
export function riskCoverageArea(scores: ArrayLike<number>, isRight: ArrayLike<boolean | number>): number {
  const count = scores.length;
  if (count === 0) throw new SdmError('empty-input', 'riskCoverageArea: there are no rows');
  if (isRight.length !== count) {
    throw new SdmError('shape-mismatch', `riskCoverageArea: wanted ${count} marks, got ${isRight.length}`);
  }
  const order = Array.from({ length: count }, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  if (order.some((row) => Number.isNaN(scores[row]))) {
    throw new SdmError('not-finite', 'riskCoverageArea: a score is not a number');
  }
  let [area, errors] = [0, 0];
  for (let start = 0; start < count; ) {
    const score = scores[order[start]!]!;
    let end = start;
    while (end < count && scores[order[end]!] === score) end++;
    const wrong = order.slice(start, end).filter((row) => !isRight[row]).length;
    for (let taken = start + 1; taken <= end; taken++) {
      area += (errors + (wrong * (taken - start)) / (end - start)) / taken / count;
    }
    errors += wrong;
    start = end;
  }
  return area;
}
