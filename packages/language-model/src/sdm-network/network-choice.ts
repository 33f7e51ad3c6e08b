/** What an epoch came to; epoch 0 is the network before training. */
export interface NetworkEpochReport {
  readonly epoch: number;
  /** Mean next-token loss in base 2 + q, and distance from the reference, over the mini-batches; undefined at epoch 0. */
  readonly loss?: number;
  readonly distance?: number;
  /** Over the calibration set: answers that are right, admitted as verified, and both. */
  readonly correctCount: number;
  readonly admittedCount: number;
  readonly verifiedCount: number;
  /** Whether its weights are the best so far. */
  readonly isBest: boolean;
}

/** Keeps what belongs to the strictly largest count of verified answers. */
export function createChoice<Kept>({
  onEpoch,
  onBest,
}: {
  readonly onEpoch?: ((report: NetworkEpochReport) => void) | undefined;
  readonly onBest?: ((kept: Kept) => void | Promise<void>) | undefined;
}) {
  const history: NetworkEpochReport[] = [];
  let best: { count: number; kept: Kept } | undefined;
  return {
    /** `capture` makes a copy, and is asked for one only where it is kept. Returns whether it is. */
    async consider(
      report: Omit<NetworkEpochReport, 'isBest'>,
      capture: (epoch: number) => Kept | Promise<Kept>,
    ): Promise<boolean> {
      const isBest = !best || report.verifiedCount > best.count;
      if (isBest) best = { count: report.verifiedCount, kept: await capture(report.epoch) };
      const complete = { ...report, isBest };
      history.push(complete);
      onEpoch?.(complete);
      if (isBest) await onBest?.(best!.kept);
      return isBest;
    },
    best: (): Kept => best!.kept,
    history,
  };
}
