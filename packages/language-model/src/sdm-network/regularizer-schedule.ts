/** Range of the weight of the regulariser, the β of arXiv 2502.20167. */
export interface RegularizerRange {
  /** @default 0 */
  readonly from?: number;
  /** @default 0.1 */
  readonly to?: number;
}

/** β of a mini-batch: from `from` in equal steps towards `to`, which the last batch is one step short of; anew in every epoch. */
export function regularizerWeight(
  batch: number,
  batchCount: number,
  { from = 0, to = 0.1 }: RegularizerRange = {},
): number {
  return from + ((to - from) * batch) / batchCount;
}
