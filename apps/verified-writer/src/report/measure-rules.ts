import { type BinomialInterval, binomialInterval } from '@sdmjs/calibration';
import { REPORTED_SETS } from '../corpus/build-corpus.js';
import type { ReportedSet, VerifiedAnswer } from '../stages/verify-set.js';
import type { SelectionRule } from './selection-rules.js';

/** What a rule takes of a set and how often that is right, with 95 % Clopper–Pearson intervals. */
export interface Measurement {
  readonly total: number;
  readonly selected: number;
  readonly right: number;
  readonly share: BinomialInterval;
  /** Null when nothing was selected. */
  readonly accuracy: BinomialInterval | null;
}

/** One rule on every reported set. */
export interface RuleReport {
  readonly name: string;
  /** Absent for rules without a threshold, null where no threshold reached the target. */
  readonly threshold?: number | null;
  readonly sets: Readonly<Record<ReportedSet, Measurement>>;
}

export type VerifiedSets = Readonly<Record<ReportedSet, readonly VerifiedAnswer[]>>;

/** Every rule on every reported set. */
export function measureRules(rules: readonly SelectionRule[], sets: VerifiedSets): RuleReport[] {
  return rules.map((rule) => ({
    name: rule.name,
    ...(rule.threshold === undefined ? {} : { threshold: Number.isFinite(rule.threshold) ? rule.threshold : null }),
    sets: bySet((name) => measure(rule, sets[name])),
  }));
}

/** A record with one entry for each reported set. */
export function bySet<Value>(valueOf: (name: ReportedSet) => Value): Record<ReportedSet, Value> {
  return Object.fromEntries(REPORTED_SETS.map((name) => [name, valueOf(name)])) as Record<ReportedSet, Value>;
}

/** The same with values that take their time, one set after the other. */
export async function bySetInTurn<Value>(
  valueOf: (name: ReportedSet) => Promise<Value>,
): Promise<Record<ReportedSet, Value>> {
  const values = new Map<ReportedSet, Value>();
  for (const name of REPORTED_SETS) values.set(name, await valueOf(name));
  return bySet((name) => values.get(name)!);
}

function measure(rule: SelectionRule, answers: readonly VerifiedAnswer[]): Measurement {
  const selected = answers.filter((answer) => rule.selects(answer));
  const right = selected.filter((answer) => rule.isRight(answer)).length;
  return {
    total: answers.length,
    selected: selected.length,
    right,
    share: binomialInterval(selected.length, answers.length),
    accuracy: selected.length === 0 ? null : binomialInterval(right, selected.length),
  };
}
