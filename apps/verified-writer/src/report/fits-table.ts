import type { LayerFit } from '../evidence/fit-layers.js';
import { formatTable } from '@sdmjs-tooling/app-kit';

const FEATURE_TITLES = { answer: 'the answer', sequence: 'prompt and answer' };

/** One line a layer: its region on the test set, and the smooth measures. */
export function fitsTable(fits: readonly LayerFit[]): string {
  const headings = [
    'mean of the hidden states over',
    'fit',
    "q'_min",
    'admitted',
    'right',
    'mean q',
    'mean SDM at ŷ',
    'risk area: verdicts',
    'answers',
  ];
  const rows = fits.map(({ features, fit, region, sets: { test } }) => [
    FEATURE_TITLES[features],
    String(fit),
    region ? region.minRescaledSimilarity.toFixed(1) : 'no region',
    (test.region.admitted / test.region.rowCount).toFixed(3),
    test.region.admitted > 0 ? (test.region.right / test.region.admitted).toFixed(3) : '–',
    test.meanSimilarity.toFixed(0),
    test.meanProbability.toFixed(3),
    test.verdictRiskArea.toFixed(4),
    test.answerRiskArea.toFixed(4),
  ]);
  return formatTable(headings, rows);
}
