import { createRandom, type Random, rowOf, rowsOf } from '@sdmjs/core';
import { admits } from '../admits.js';
import type { CalibrationScores } from '../calibration-scores.js';
import {
  findHighReliabilityRegion,
  type HighReliabilityRegion,
  type RequirementOptions,
} from '../high-reliability-region.js';
import { isIndexConditional } from '../metrics/index-conditional.js';
import { type SelectiveReport, selectiveReport } from '../metrics/selective-report.js';
import { type SimulatedLaw, simulateRows } from './simulated-rows.js';

export interface RegionMeasurement {
  /** Share of the draws that have a region. The means below are over these. */
  readonly regionShare: number;
  readonly admittedShare: number;
  /** Mean accuracy among the admitted of each predicted class. */
  readonly byPrediction: readonly number[];
  /** The same of each true class. */
  readonly byLabel: readonly number[];
  /** Share of the draws in which every group reaches the target. */
  readonly indexConditionalShare: number;
  /** The 5 % quantile over draws of the accuracy of the draw's worst group. */
  readonly worstGroupQuantile: number;
}

export interface RegionExperiment extends RequirementOptions {
  readonly law: SimulatedLaw;
  readonly calibrationRowCount: number;
  readonly drawCount: number;
  readonly targetAccuracy: number;
  readonly seed: number;
}

const FRESH_ROWS = 20_000;
const WINDOWS = 50;

/** Draws calibration sets, finds the region of each, and measures it on fresh rows of the same law: one of 50 windows of 20,000. */
export function measureRegions(experiment: RegionExperiment): RegionMeasurement {
  const { law, calibrationRowCount, drawCount, seed, ...options } = experiment;
  const random: Random = createRandom(seed);
  const fresh = simulateRows(law, FRESH_ROWS * WINDOWS, random);
  const reports: SelectiveReport[] = [];
  for (let draw = 0; draw < drawCount; draw++) {
    const region = findHighReliabilityRegion(simulateRows(law, calibrationRowCount, random), options);
    if (region.minRescaledSimilarity === Number.POSITIVE_INFINITY) continue;
    reports.push(reportOn(region, rowRange(fresh, (draw % WINDOWS) * FRESH_ROWS, FRESH_ROWS)));
  }
  const worst = reports.map((report) => Math.min(...accuracies(report))).sort((a, b) => a - b);
  const meansBy = (groups: 'byPrediction' | 'byLabel') =>
    Array.from({ length: law.classCount }, (_, c) =>
      mean(reports.flatMap((report) => report[groups][c]!.accuracy ?? [])),
    );
  return {
    regionShare: reports.length / drawCount,
    admittedShare: mean(reports.map((report) => report.admittedShare.estimate)),
    byPrediction: meansBy('byPrediction'),
    byLabel: meansBy('byLabel'),
    indexConditionalShare: mean(reports.map((report) => Number(isIndexConditional(report, options.targetAccuracy)))),
    worstGroupQuantile: worst[Math.floor(0.05 * worst.length)] ?? Number.NaN,
  };
}

function reportOn(region: HighReliabilityRegion, rows: CalibrationScores): SelectiveReport {
  const admitted = new Uint8Array(rows.labels.length);
  for (let i = 0; i < admitted.length; i++) {
    const rescaledSimilarity = rows.rescaledSimilarities[i]!;
    if (rescaledSimilarity < region.minRescaledSimilarity) continue;
    const row = { probabilities: rowOf(rows.probabilities, i), prediction: rows.predictions[i]!, rescaledSimilarity };
    admitted[i] = Number(admits(region, row));
  }
  return selectiveReport({ ...rows, admitted, classCount: rows.probabilities.columns });
}

function rowRange(rows: CalibrationScores, start: number, count: number): CalibrationScores {
  const end = start + count;
  return {
    probabilities: rowsOf(rows.probabilities, start, end),
    rescaledSimilarities: rows.rescaledSimilarities.subarray(start, end),
    labels: rows.labels.subarray(start, end),
    predictions: rows.predictions.subarray(start, end),
  };
}

function accuracies(report: SelectiveReport): number[] {
  return [...report.byPrediction, ...report.byLabel].flatMap(({ accuracy }) => accuracy ?? []);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
