import { SdmError } from '@sdmjs/core';
import { type CertificationOptions, completeCertificationOptions } from './certification-options.js';
import { adjustPValues, type RungCorrection } from './corrections.js';
import { boundGroup, type GroupBound } from './group-bounds.js';
import { type GroupTally, requireTallied, type TalliedRows, tallyGroups } from './group-tally.js';
import { rungShortage, type Shortage, worseShortage } from './rows-needed.js';

/** Fresh labelled rows, and the ladder to be tested on them: fixed before their labels were seen. */
export interface CertificationRows extends TalliedRows {
  /** Distinct target accuracies in (0, 1), in any order. */
  readonly targetAccuracies: readonly number[];
}

/** The verdict on one rung: accuracy among rows admitted at this target or a stricter one, in every true and predicted class. */
export interface RungCertificate {
  readonly targetAccuracy: number;
  readonly outcome: 'certified' | 'refuted' | 'not-enough-rows';
  readonly admittedCount: number;
  /** The largest p-value of its groups (intersection–union test). */
  readonly pValue: number;
  /** After the correction over the rungs; certified when at most δ. */
  readonly adjustedPValue: number;
  /** By true class, then by predicted class. `[2 · classes]` */
  readonly groups: readonly GroupBound[];
  /** Groups in which nobody was admitted and about which a certificate therefore says nothing; only with `emptyGroups: 'unclaimed'`. */
  readonly unclaimed: readonly Pick<GroupTally, 'by' | 'class'>[];
  /** What is missing; null when certified. */
  readonly shortage: Shortage | null;
}

export interface Certification {
  readonly confidence: number;
  readonly correction: RungCorrection;
  readonly rowCount: number;
  /** By descending target accuracy. */
  readonly rungs: readonly RungCertificate[];
  /** The highest certified target accuracy, null when there is none. */
  readonly strictestCertified: number | null;
}

/**
 * Tests on fresh rows whether each rung keeps its target in every true and every predicted class. With probability at least 1 − δ no
 * certificate is wrong, and with probability at least 1 − δ no refutation is. The rows must be independent draws of one law that took
 * no part in training, calibration or the choice of rungs. Throws `out-of-range`, `empty-input`, `shape-mismatch` or `label-out-of-range`.
 */
export function certifyRungs(rows: CertificationRows, options: CertificationOptions = {}): Certification {
  const { confidence, correction, emptyGroups } = completeCertificationOptions(options, rows.targetAccuracies);
  requireRows(rows);
  const delta = 1 - confidence;
  const rowCount = rows.labels.length;
  const targets = [...rows.targetAccuracies].sort((a, b) => b - a);
  const upperLevel = delta / (2 * rows.classCount * targets.length);
  const bounds = targets.map((targetAccuracy) =>
    tallyGroups(rows, targetAccuracy).map((group) =>
      boundGroup(group, { targetAccuracy, lowerLevel: delta, upperLevel }),
    ),
  );
  const claims = bounds.map((groups) => claimedGroups(groups, emptyGroups));
  const pValues = claims.map((groups) => Math.max(...groups.map(({ pValue }) => pValue)));
  const adjusted = adjustPValues(pValues, correction);
  const level = correction === 'holm' ? delta / targets.length : delta;
  const own = claims.map((groups, k) => rungShortage(groups, { targetAccuracy: targets[k]!, level, rowCount }));
  const shortages = correction === 'holm' ? own : addLaxerRungs(own);
  const rungs = targets.map((targetAccuracy, k): RungCertificate => {
    const groups = bounds[k]!;
    const outcome = outcomeOf(groups, { targetAccuracy, isCertified: adjusted[k]! <= delta });
    return {
      targetAccuracy,
      outcome,
      admittedCount: groups.reduce((total, { by, admitted }) => total + (by === 'label' ? admitted : 0), 0),
      pValue: pValues[k]!,
      adjustedPValue: adjusted[k]!,
      groups,
      unclaimed: groups
        .filter((group) => !claims[k]!.includes(group))
        .map(({ by, class: index }) => ({ by, class: index })),
      shortage: outcome === 'certified' ? null : shortages[k]!,
    };
  });
  const strictestCertified = rungs.find(({ outcome }) => outcome === 'certified')?.targetAccuracy ?? null;
  return { confidence, correction, rowCount, rungs, strictestCertified };
}

/** The groups a certificate speaks of; all of them when every one is empty, so that an empty rung is never certified. */
function claimedGroups(groups: readonly GroupBound[], emptyGroups: 'block' | 'unclaimed'): readonly GroupBound[] {
  const admitted = groups.filter((group) => group.admitted > 0);
  return emptyGroups === 'block' || admitted.length === 0 ? groups : admitted;
}

/** From the laxest rung up, each rung also lacks what those before it lack. */
function addLaxerRungs(own: readonly (Shortage | null)[]): (Shortage | null)[] {
  const shortages = new Array<Shortage | null>(own.length);
  let before: Shortage | null = null;
  for (let k = own.length - 1; k >= 0; k--) {
    const worst = worseShortage(own[k]!, before);
    shortages[k] = worst === null || worst === own[k] ? worst : { ...worst, reason: 'laxer-rung' };
    before = worst;
  }
  return shortages;
}

function outcomeOf(
  groups: readonly GroupBound[],
  { targetAccuracy, isCertified }: { targetAccuracy: number; isCertified: boolean },
): RungCertificate['outcome'] {
  if (isCertified) return 'certified';
  return groups.some(({ upper }) => upper < targetAccuracy) ? 'refuted' : 'not-enough-rows';
}

function requireRows(rows: CertificationRows): void {
  const { labels, predictions, assignedAlphas } = rows;
  if (labels.length === 0) throw new SdmError('empty-input', 'certifyRungs: there are no fresh rows; label some');
  if (predictions.length !== labels.length || assignedAlphas.length !== labels.length) {
    throw new SdmError(
      'shape-mismatch',
      `certifyRungs: wanted ${labels.length} predictions and assigned alphas, got ${predictions.length} and ${assignedAlphas.length}`,
    );
  }
  requireTallied(rows, 'certifyRungs');
}
