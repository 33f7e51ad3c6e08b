import type { ExemplarAdaptor } from '@sdmjs/estimator';

/** What makes an epoch, or a round by its best epoch, better than another. */
export type SelectionRule = 'balancedLoss' | 'medianSimilarity';

/** Weights worth keeping, and what they are kept for. */
export interface Checkpoint {
  readonly epoch: number;
  /** Balanced calibration loss. */
  readonly loss: number;
  /** What is compared: the lowest wins. */
  readonly score: number;
  readonly adaptor: ExemplarAdaptor;
}

export function isSelectionRule(rule: string): rule is SelectionRule {
  return rule === 'balancedLoss' || rule === 'medianSimilarity';
}

/** The number that a rule compares, so that the lowest is best. */
export function scoreBy(
  rule: SelectionRule,
  { loss, medianSimilarity }: { readonly loss: number; readonly medianSimilarity: number },
): number {
  return rule === 'balancedLoss' ? loss : -medianSimilarity;
}

/** Whether a score wins over the best so far: the lowest wins, and the last of equals. */
export function isBetter(score: number, best: { readonly score: number } | undefined): boolean {
  return best === undefined || score <= best.score;
}
