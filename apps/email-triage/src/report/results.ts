import type { MailCount, ReportedSet } from '../mails/deal-sets.js';
import type { RuleReport } from '../measure.js';

/** What a run found, as `results.json` holds it. */
export interface RunResults {
  readonly mails: MailCount;
  readonly seed: number;
  readonly targetAccuracy: number;
  readonly device: string;
  readonly counts: Readonly<Record<'support' | 'calibration' | ReportedSet, number>>;
  /** q' from which the region at the target accuracy admits; null where there is no region. */
  readonly minRescaledSimilarity: number | null;
  /** By stage; a resumed stage counts from where it went on. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly sets: Readonly<Record<ReportedSet, readonly RuleReport[]>>;
}

export const RESULTS_FILE = 'results.json';
