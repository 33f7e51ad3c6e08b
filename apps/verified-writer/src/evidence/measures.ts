import { VERIFIED } from '@sdmjs/language-model';
import type { VerdictMeasures } from './measure-verdicts.js';

/** One number of a layer on a set. */
export interface Measure {
  readonly title: string;
  readonly of: (measures: VerdictMeasures) => number;
  readonly digits: number;
}

const share = (count: number, of: number) => count / of;

export const MEASURES = {
  exactMatch: {
    title: 'exact match',
    digits: 3,
    of: ({ correctCount, region }) => share(correctCount, region.rowCount),
  },
  admitted: { title: 'admitted', digits: 3, of: ({ region }) => share(region.admitted, region.rowCount) },
  verified: {
    title: 'admitted as verified',
    digits: 3,
    of: ({ region }) => share(region.byPrediction[VERIFIED]!.admitted, region.rowCount),
  },
  probabilityShare: { title: 'SDM at ŷ ≥ α', digits: 3, of: ({ probabilityShare }) => probabilityShare },
  meanSimilarity: { title: 'mean q', digits: 0, of: ({ meanSimilarity }) => meanSimilarity },
  meanProbability: { title: 'mean SDM at ŷ', digits: 3, of: ({ meanProbability }) => meanProbability },
  verdictAccuracy: {
    title: 'verdict right',
    digits: 3,
    of: ({ noReject }) => share(noReject.right, noReject.rowCount),
  },
  verdictRiskArea: { title: 'risk area of verdicts', digits: 4, of: ({ verdictRiskArea }) => verdictRiskArea },
  answerRiskArea: { title: 'risk area of answers', digits: 4, of: ({ answerRiskArea }) => answerRiskArea },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;
