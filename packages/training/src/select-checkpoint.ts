import type { ExemplarAdaptor } from '@sdmjs/estimator';

/** Weights worth keeping, and the balanced calibration loss they are kept for. */
export interface Checkpoint {
  readonly epoch: number;
  readonly loss: number;
  readonly adaptor: ExemplarAdaptor;
}

/** Whether a loss wins over the best so far: the lowest wins, and the last of equals. */
export function isBetter(loss: number, best: { readonly loss: number } | undefined): boolean {
  return best === undefined || loss <= best.loss;
}
