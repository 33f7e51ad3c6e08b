import { assignedAlpha, type GroupAccuracy, type RungReport, selectiveReport } from '@sdmjs/calibration';
import { createPause, rowOf, throwIfAborted } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import { alphaText, formatTable, share, withInterval } from './table.js';

/** One rung of the ladder on the calibration rows; the accuracies are those of rows admitted here or higher. */
export interface LadderRung {
  readonly alpha: number;
  readonly exists: boolean;
  /** Why there is no region. */
  readonly shortfall: RungReport['shortfall'] | null;
  readonly minimumRescaledSimilarity: number | null;
  readonly outputThresholds: readonly number[];
  readonly admission: number;
  readonly accuracy: { readonly estimate: number; readonly lower: number; readonly upper: number } | null;
  readonly byTrueClass: readonly GroupAccuracy[];
  readonly byPrediction: readonly GroupAccuracy[];
}

/**
 * The ladder of an estimator that has its calibration rows. Rungs without a region are there when they were looked for in this run.
 * Thousands of rungs take seconds: throws `aborted` when the signal comes between two of them.
 */
export async function ladderOf(estimator: SdmEstimator, signal?: AbortSignal): Promise<LadderRung[]> {
  const { model, nestedRegions, calibrationScores: rows } = estimator;
  if (rows === undefined || rows.labels.length === 0) return [];
  const alphas = Array.from(rows.labels, (_, i) =>
    assignedAlpha(
      nestedRegions.regions,
      {
        probabilities: rowOf(rows.probabilities, i),
        prediction: rows.predictions[i]!,
        rescaledSimilarity: rows.rescaledSimilarities[i]!,
      },
      model,
    ),
  );
  const reports: Pick<RungReport, 'targetAccuracy' | 'shortfall'>[] = [
    ...(nestedRegions.rungs ?? nestedRegions.regions),
  ];
  const pause = createPause();
  const ladder: LadderRung[] = [];
  for (const { targetAccuracy: alpha, shortfall = null } of reports) {
    if (await pause()) throwIfAborted(signal, 'ladder');
    const region = nestedRegions.regions.find(({ targetAccuracy }) => targetAccuracy === alpha);
    const report = selectiveReport({
      labels: rows.labels,
      predictions: rows.predictions,
      admitted: alphas.map((assigned) => assigned >= alpha),
      classCount: model.classNames.length,
    });
    ladder.push({
      alpha,
      exists: region !== undefined,
      shortfall,
      minimumRescaledSimilarity: region?.minRescaledSimilarity ?? null,
      outputThresholds: region?.classThresholds ?? [],
      admission: report.admittedShare.estimate,
      accuracy: report.accuracy,
      byTrueClass: report.byLabel,
      byPrediction: report.byPrediction,
    });
  }
  return ladder;
}

/** The ladder for people. */
export function ladderTable(ladder: readonly LadderRung[], classNames: readonly string[]): string {
  const headings = [
    'α',
    "q'_min",
    `ψ (${classNames.join(', ')})`,
    'admitted',
    'accuracy',
    'worst true',
    'worst predicted',
  ];
  const rows = ladder.map((rung) => [
    alphaText(rung.alpha),
    ...(rung.exists
      ? [share(rung.minimumRescaledSimilarity, 2), rung.outputThresholds.map((psi) => share(psi)).join(', ')]
      : ['–', `no region: ${SHORTFALLS[rung.shortfall ?? 'no-candidates']}`]),
    share(rung.admission),
    withInterval(rung.accuracy),
    withInterval(worst(rung.byTrueClass)),
    withInterval(worst(rung.byPrediction)),
  ]);
  return formatTable(headings, rows);
}

const SHORTFALLS: Readonly<Record<NonNullable<RungReport['shortfall']>, string>> = {
  'no-candidates': 'no rows left',
  'class-missing': 'a class has no rows left',
  'thresholds-below-target': 'too many outputs under α',
  'predictions-below-target': 'too many wrong predictions',
};

function worst(groups: readonly GroupAccuracy[]) {
  const intervals = groups.map(({ interval }) => interval).filter((interval) => interval !== null);
  return intervals.toSorted((a, b) => a.estimate - b.estimate)[0] ?? null;
}
