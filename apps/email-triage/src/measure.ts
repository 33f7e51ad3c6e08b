import { admitBySoftmax } from '@sdmjs/calibration';
import { matrixFromRows } from '@sdmjs/core';
import type { Estimate } from '@sdmjs/estimator';
import { CLASS_NAMES } from './mails/read-mails.js';

/** Which mails a rule lets through, and how many of those were judged rightly. */
export interface Tally {
  readonly total: number;
  readonly admitted: number;
  /** Null where the true class is not known or there is none. */
  readonly right: number | null;
}

/** One rule on one set; the groups in the order of `CLASS_NAMES`. */
export interface RuleReport {
  readonly rule: RuleName;
  readonly all: Tally;
  readonly byPrediction: readonly Tally[];
  readonly byLabel: readonly Tally[];
}

export const RULE_NAMES = ['no-reject', 'softmax', 'sdm', 'region'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** A row of estimates with its true class, where there is one. */
export interface Judged {
  readonly estimate: Estimate;
  readonly label: number | undefined;
}

/** All four rules at one target accuracy: everything, softmax of the logits, the SDM probability, the SDM region. */
export function measureRules(judged: readonly Judged[], targetAccuracy: number): RuleReport[] {
  const softmax = admitBySoftmax(matrixFromRows(judged.map(({ estimate }) => estimate.logits)), { targetAccuracy });
  const admits: Record<RuleName, (row: Judged, index: number) => boolean> = {
    'no-reject': () => true,
    softmax: (_, index) => softmax[index] === 1,
    sdm: ({ estimate }) => estimate.probability >= targetAccuracy,
    region: ({ estimate }) => estimate.admitted,
  };
  return RULE_NAMES.map((rule) => {
    const rows = judged.map((row, i) => ({ ...row, isAdmitted: admits[rule](row, i) }));
    return {
      rule,
      all: tally(rows),
      byPrediction: CLASS_NAMES.map((_, c) => tally(rows.filter(({ estimate }) => estimate.prediction === c))),
      byLabel: CLASS_NAMES.map((_, c) => tally(rows.filter(({ label }) => label === c))),
    };
  });
}

function tally(rows: readonly (Judged & { readonly isAdmitted: boolean })[]): Tally {
  const admitted = rows.filter(({ isAdmitted }) => isAdmitted);
  const isKnown = rows.every(({ label }) => label !== undefined);
  return {
    total: rows.length,
    admitted: admitted.length,
    right: isKnown ? admitted.filter(({ estimate, label }) => estimate.prediction === label).length : null,
  };
}
