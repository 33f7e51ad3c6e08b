import { countBelow } from '@sdmjs/core';
import { classAlone } from './admits.js';
import { alphaLadder } from './alpha-ladder.js';
import {
  type CalibrationScores,
  type OutOfDistributionOptions,
  requireLimit,
  requireScores,
} from './calibration-scores.js';
import { type Candidates, firstCandidates, sortedCandidates } from './candidates.js';
import { type HighReliabilityRegion, type RequirementOptions, regionAt, sweepFor } from './high-reliability-region.js';
import type { Sweep, ThresholdTally } from './sweep.js';

/**
 * Why a rung has no region: nothing left to look at; a true class without candidates; every threshold leaves too many rows under the target;
 * or, where only the requirement `byLabelAndPrediction` fails, too many of the rows admitted as some class are wrong.
 */
export type Shortfall = 'no-candidates' | 'class-missing' | 'thresholds-below-target' | 'predictions-below-target';

/** What one target accuracy of the ladder found, and from what. */
export interface RungReport {
  readonly targetAccuracy: number;
  readonly exists: boolean;
  /** Rows left by the rungs above whose floor(q') is over the out-of-distribution limit. */
  readonly candidateCount: number;
  /** The same by true class. `[classes]` */
  readonly candidateCounts: readonly number[];
  /** Absent when the region exists. */
  readonly shortfall?: Shortfall;
  /** The region's threshold on q', or the one that came closest (fewest rows too many below, then the lowest); null when no class could be judged. */
  readonly closest: ThresholdTally | null;
  /** The class with the most rows too many (or the fewest to spare) at `closest`, a predicted class when `predictions-below-target`; the first class without candidates when `class-missing`. */
  readonly shortestClass: number | null;
}

export interface NestedRegions {
  readonly alphaResolution: number;
  /** The regions that exist, by descending target accuracy. */
  readonly regions: readonly HighReliabilityRegion[];
  /** Every rung of the ladder, by descending target accuracy. */
  readonly rungs: readonly RungReport[];
}

export interface NestedRegionOptions extends OutOfDistributionOptions, RequirementOptions {
  /** Distance between two rungs, in [0.00005, 0.5). @default 0.05 */
  readonly alphaResolution?: number;
}

/**
 * A ladder of regions: at each target accuracy, from the top, the largest region on the rows that no higher region admits.
 * One sort, then one sweep a rung, linear under the requirement `byLabel`. Throws as the checks of `CalibrationScores` and `alphaLadder` do.
 */
export function findNestedRegions(scores: CalibrationScores, options: NestedRegionOptions = {}): NestedRegions {
  const { alphaResolution = 0.05 } = options;
  const ladder = alphaLadder(alphaResolution);
  requireScores(scores, 'findNestedRegions');
  const outOfDistributionLimit = requireLimit(options, 'findNestedRegions');
  // Most ladders are the only one of their process: loops over rows stand in functions that give a number or nothing, which V8 compiles once, as they run.
  let candidates = sortedCandidates(scores, outOfDistributionLimit);
  const regions: HighReliabilityRegion[] = [];
  const rungs: RungReport[] = [];
  for (const targetAccuracy of ladder) {
    const swept = sweepFor(options)(candidates, targetAccuracy);
    rungs.push(rungReport(targetAccuracy, swept));
    if (!swept.isServed || swept.best === null) continue;
    const region = regionAt(candidates, swept.best, targetAccuracy);
    regions.push(region);
    candidates = rejectedBy(region, candidates);
  }
  return { alphaResolution, regions, rungs };
}

/** As `admits`; candidates are above the out-of-distribution limit. Moves them together where they lie, so the given ones are gone. */
function rejectedBy(
  { classThresholds, minRescaledSimilarity }: HighReliabilityRegion,
  candidates: Candidates,
): Candidates {
  const start = countBelow({ sorted: candidates.rescaledSimilarities }, minRescaledSimilarity);
  return firstCandidates(candidates, takeOutAdmitted(candidates, start, Float32Array.from(classThresholds)));
}

/** Takes out, from the place `start` on, where the prediction alone reaches its threshold. Gives how many are left. */
function takeOutAdmitted(candidates: Candidates, start: number, classThresholds: Float32Array): number {
  const { scores, rows, rescaledSimilarities, labels, trueProbabilities } = candidates;
  const { predictions, probabilities } = scores;
  const { data, columns } = probabilities;
  let left = start;
  for (let place = start; place < rows.length; place++) {
    const row = rows[place]!;
    if (classAlone(classThresholds, data, row * columns) === predictions[row]) continue;
    rows[left] = row;
    rescaledSimilarities[left] = rescaledSimilarities[place]!;
    labels[left] = labels[place]!;
    trueProbabilities[left] = trueProbabilities[place]!;
    left++;
  }
  return left;
}

function rungReport(targetAccuracy: number, { candidateCounts, best, isServed }: Sweep): RungReport {
  const candidateCount = candidateCounts.reduce((total, count) => total + count, 0);
  const report = { targetAccuracy, exists: isServed, candidateCount, candidateCounts, closest: best };
  if (candidateCount === 0) return { ...report, shortfall: 'no-candidates', shortestClass: null };
  if (best === null) return { ...report, shortfall: 'class-missing', shortestClass: candidateCounts.indexOf(0) };
  const ofLabels = worstOf(best.classes.map(({ below, allowed }) => below - allowed));
  if (isServed) return { ...report, shortestClass: ofLabels };
  if (best.predictions === undefined) {
    return { ...report, shortfall: 'thresholds-below-target', shortestClass: ofLabels };
  }
  const ofPredictions = worstOf(best.predictions.map(({ wrong, allowed }) => wrong - allowed));
  return { ...report, shortfall: 'predictions-below-target', shortestClass: ofPredictions };
}

function worstOf(excesses: readonly number[]): number {
  return excesses.indexOf(Math.max(...excesses));
}
