import { countBelow, SdmError } from '@sdmjs/core';
import quickselect from 'quickselect';
import {
  type CalibrationScores,
  type OutOfDistributionOptions,
  requireLimit,
  requireScores,
} from './calibration-scores.js';
import { type Candidates, sortedCandidates } from './candidates.js';
import { sweepByLabelAndPrediction } from './prediction-sweep.js';
import { sweep, type ThresholdTally } from './sweep.js';

/**
 * What a region must keep on its calibration rows. `byLabel`: of the outputs of each true class, at most a share 1 − target is under the
 * target (arXiv 2509.12760v5, Alg. 1). `byLabelAndPrediction`: also, of the rows it admits as each predicted class, at most that share is wrong.
 */
export type RegionRequirement = 'byLabel' | 'byLabelAndPrediction';

export interface RequirementOptions {
  /** @default 'byLabel' */
  readonly requirement?: RegionRequirement | undefined;
}

/** Where predictions are admitted: q' at least `minRescaledSimilarity`, and exactly one class at its threshold, the predicted one. */
export interface HighReliabilityRegion {
  /** Accuracy aimed at for every class, in (0.5, 1). */
  readonly targetAccuracy: number;
  /** `Infinity` when there is no region at this target: nothing is admitted. */
  readonly minRescaledSimilarity: number;
  /** `[classes]` least activation value, by class; empty when there is no region. */
  readonly classThresholds: readonly number[];
}

/**
 * The largest region of one target accuracy on all rows: the first rung of a ladder (arXiv 2509.12760v5, Alg. 1).
 * Throws as the checks of `CalibrationScores` do, and `out-of-range` unless 0.5 < targetAccuracy < 1.
 */
export function findHighReliabilityRegion(
  scores: CalibrationScores,
  options: OutOfDistributionOptions & RequirementOptions & { readonly targetAccuracy: number },
): HighReliabilityRegion {
  const { targetAccuracy } = options;
  if (!(targetAccuracy > 0.5 && targetAccuracy < 1)) {
    throw new SdmError(
      'out-of-range',
      `findHighReliabilityRegion: wanted a targetAccuracy between 0.5 and 1, got ${targetAccuracy}`,
    );
  }
  requireScores(scores, 'findHighReliabilityRegion');
  const candidates = sortedCandidates(scores, requireLimit(options, 'findHighReliabilityRegion'));
  const { best, isServed } = sweepFor(options)(candidates, targetAccuracy);
  return isServed && best !== null
    ? regionAt(candidates, best, targetAccuracy)
    : { targetAccuracy, minRescaledSimilarity: Number.POSITIVE_INFINITY, classThresholds: [] };
}

const SWEEPS = { byLabel: sweep, byLabelAndPrediction: sweepByLabelAndPrediction };

/** The sweep of a requirement. Throws as `requireRequirement` does. */
export function sweepFor({ requirement = 'byLabel' }: RequirementOptions): typeof sweep {
  requireRequirement(requirement);
  return SWEEPS[requirement];
}

/** Throws `out-of-range` for another word, which must not fall back to the weaker one. */
export function requireRequirement(requirement: RegionRequirement): void {
  if (Object.hasOwn(SWEEPS, requirement)) return;
  throw new SdmError('out-of-range', `requirement: wanted 'byLabel' or 'byLabelAndPrediction', got ${requirement}`);
}

/** The region at a threshold on q' that serves every class: each class's threshold is its (1 − target) quantile at or above that. */
export function regionAt(
  candidates: Candidates,
  { minRescaledSimilarity, classes }: ThresholdTally,
  targetAccuracy: number,
): HighReliabilityRegion {
  const target = Math.fround(targetAccuracy);
  const reaching = classes.map(({ count, below }) => new Array<number>(count - below).fill(target));
  collectReaching(reaching, candidates, { minRescaledSimilarity, target });
  // The quantile has `allowed` smaller values before it, of which those under the target are known.
  const classThresholds = classes.map(({ below, allowed }, c) => smallest(reaching[c]!, allowed - below));
  return { targetAccuracy, minRescaledSimilarity, classThresholds };
}

/** Writes the activations at the true class that reach the target, by class, of candidates at or over the threshold on q'. */
function collectReaching(
  reaching: readonly number[][],
  { labels, rescaledSimilarities, trueProbabilities }: Candidates,
  { minRescaledSimilarity, target }: { readonly minRescaledSimilarity: number; readonly target: number },
): void {
  const found = new Int32Array(reaching.length);
  const start = countBelow({ sorted: rescaledSimilarities }, minRescaledSimilarity);
  for (let place = start; place < labels.length; place++) {
    const probability = trueProbabilities[place]!;
    if (probability < target) continue;
    const label = labels[place]!;
    reaching[label]![found[label]!++] = probability;
  }
}

/** The value with `rank` smaller ones before it, from 0. Changes their order. */
function smallest(values: number[], rank: number): number {
  quickselect(values, rank);
  return values[rank]!;
}
