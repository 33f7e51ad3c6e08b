import { createRandom, type Matrix, SdmError, selectRows } from '@sdmjs/core';
import { calibrateSets, type FitSetOptions } from './aps.js';
import { conformalQuantile, drawSetSizes, type PredictionSetRule, rankOf } from './prediction-sets.js';
import { requireLabeledLogits, requireTarget } from './softmax.js';

export interface FitRapsOptions extends FitSetOptions {
  /** Share of the calibration rows, drawn by the seed, that λ and k_reg are picked on; the threshold comes from the rest. @default 0.3 */
  readonly tuningShare?: number | undefined;
}

/** The penalties tried, as in the authors' code. */
const PENALTIES = [0.001, 0.01, 0.1, 0.2, 0.5];

/**
 * Regularised adaptive prediction sets (Angelopoulos et al. 2021, arXiv 2009.14193): APS with a penalty λ on every class beyond k_reg. k_reg is the
 * conformal quantile of the true class's rank on the tuning rows, λ the one of five with the smallest mean set there. Throws as `fitAps` does.
 */
export function fitRaps(logits: Matrix, labels: Int32Array, options: FitRapsOptions): PredictionSetRule {
  const { targetAccuracy, tuningShare = 0.3 } = options;
  requireLabeledLogits(logits, labels, 'fitRaps');
  requireTarget(targetAccuracy, 'fitRaps');
  const tuningCount = Math.floor(tuningShare * logits.rows);
  if (!(tuningShare > 0 && tuningShare < 1) || tuningCount < 1) {
    throw new SdmError(
      'out-of-range',
      `fitRaps: wanted a tuningShare between 0 and 1 that leaves rows to tune on, got ${tuningShare} of ${logits.rows} rows`,
    );
  }
  const random = createRandom(options.seed ?? 0);
  const order = random.permutation(logits.rows);
  const part = (rows: Int32Array): [Matrix, Int32Array] => [selectRows(logits, rows), rows.map((row) => labels[row]!)];
  const [tuningLogits, tuningLabels] = part(order.subarray(0, tuningCount));
  const freeSize = pickFreeSize(tuningLogits, tuningLabels, targetAccuracy);
  const meanSizes = PENALTIES.map((penalty) => {
    const rule = calibrateSets(tuningLogits, tuningLabels, { targetAccuracy, penalty, freeSize, random });
    return drawSetSizes(rule, tuningLogits, random).reduce((total, size) => total + size, 0) / tuningCount;
  });
  const penalty = PENALTIES[meanSizes.indexOf(Math.min(...meanSizes))]!;
  return calibrateSets(...part(order.subarray(tuningCount)), { targetAccuracy, penalty, freeSize, random });
}

/** How many classes hold the true one in the wanted share of rows; all of them when there are too few rows to tell. */
function pickFreeSize(logits: Matrix, labels: Int32Array, targetAccuracy: number): number {
  const ranks = Float64Array.from(labels, (label, i) => rankOf(logits, i, label) + 1);
  return Math.min(logits.columns, conformalQuantile(ranks, targetAccuracy));
}
