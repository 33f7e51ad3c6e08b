import { type Matrix, SdmError } from '@sdmjs/core';
import { singleRow } from './check-request.js';
import type { Admitted, Estimate } from './estimate.js';
import { adaptorSizes } from './exemplar-adaptor.js';
import type { EstimateAllOptions, RequestOptions, SdmEstimator } from './sdm-estimator.js';

/** All members admit the row, with one decision. */
export interface AdmittedByAll {
  readonly admitted: true;
  readonly decision: number;
  /** What each member says, in the order of the members. */
  readonly members: readonly Admitted[];
}

/** `members-disagree`: their predictions differ; `member-rejects`: they agree, and at least one does not admit the row. */
export type EnsembleRejectionReason = 'members-disagree' | 'member-rejects';

export interface RejectedByEnsemble {
  readonly admitted: false;
  readonly reason: EnsembleRejectionReason;
  readonly members: readonly Estimate[];
}

export type EnsembleEstimate = AdmittedByAll | RejectedByEnsemble;

/** Exemplars to show, as in `estimate`; no row to leave out, since each member has a support of its own. */
export type EnsembleOptions = RequestOptions & Pick<EstimateAllOptions, 'nearestCount'>;

/** Estimators of the same features and classes, of which one veto rejects. */
export interface SdmEnsemble {
  readonly members: readonly SdmEstimator[];
  readonly classNames: readonly string[];
  readonly targetAccuracy: number;
  /** Scores one row of raw features `[D]` with every member. Throws as `SdmEstimator.estimate` does. */
  estimate(features: Float32Array, options?: EnsembleOptions): Promise<EnsembleEstimate>;
  /** Scores rows of raw features `[rows, D]`, in order. */
  estimateAll(features: Matrix, options?: EnsembleOptions): Promise<EnsembleEstimate[]>;
  /** Frees every member. */
  dispose(): void;
}

/**
 * An ensemble, for example of all rounds of one training (`keepRounds` of `trainModel`): it admits a row only when all members predict the
 * same class and all admit it. Throws `empty-input` without members, `fingerprint-mismatch`, `shape-mismatch` (other features or classes),
 * `out-of-range` (another target accuracy) or `duplicate-id` (a member twice).
 */
export function createEnsemble(members: readonly SdmEstimator[]): SdmEnsemble {
  const [first] = members;
  if (!first) throw new SdmError('empty-input', 'createEnsemble: there are no members; give at least one estimator');
  for (const [i, member] of members.entries()) requireFellow(first, member, i);
  requireDistinct(members);

  async function estimateAll(features: Matrix, options: EnsembleOptions = {}): Promise<EnsembleEstimate[]> {
    const byMember: Estimate[][] = [];
    for (const member of members) byMember.push(await member.estimateAll(features, options));
    return Array.from({ length: features.rows }, (_, row) => joinEstimates(byMember.map((rows) => rows[row]!)));
  }

  return {
    members,
    classNames: first.model.classNames,
    targetAccuracy: first.targetAccuracy,
    estimateAll,
    async estimate(features, { nearestCount = 25, ...options } = {}) {
      const [estimate] = await estimateAll(singleRow(features), { ...options, nearestCount });
      return estimate!;
    },
    dispose() {
      for (const member of members) member.dispose();
    },
  };
}

function joinEstimates(members: readonly Estimate[]): EnsembleEstimate {
  const { prediction } = members[0]!;
  if (members.some((member) => member.prediction !== prediction)) {
    return { admitted: false, reason: 'members-disagree', members };
  }
  const admitted = members.filter((member) => member.admitted);
  if (admitted.length < members.length) return { admitted: false, reason: 'member-rejects', members };
  return { admitted: true, decision: prediction, members: admitted };
}

function requireFellow(first: SdmEstimator, member: SdmEstimator, i: number): void {
  const where = `createEnsemble: member ${i}`;
  const [wanted, got] = [first.model, member.model];
  if (got.representation.fingerprint !== wanted.representation.fingerprint) {
    throw new SdmError(
      'fingerprint-mismatch',
      `${where} was trained on "${got.representation.fingerprint}", the first on "${wanted.representation.fingerprint}"; take members of one encoder`,
    );
  }
  const features = [wanted, got].map(({ adaptor }) => adaptorSizes(adaptor).featureCount);
  const names = [wanted, got].map(({ classNames }) => JSON.stringify(classNames));
  if (features[0] !== features[1] || names[0] !== names[1]) {
    throw new SdmError(
      'shape-mismatch',
      `${where} has ${features[1]} features and the classes ${names[1]}, the first ${features[0]} and ${names[0]}; wanted the same, in order`,
    );
  }
  if (member.targetAccuracy !== first.targetAccuracy) {
    throw new SdmError(
      'out-of-range',
      `${where} has the target accuracy ${member.targetAccuracy}, the first ${first.targetAccuracy}; recalibrate them to one`,
    );
  }
}

function requireDistinct(members: readonly SdmEstimator[]): void {
  const ids = members.map(({ modelId }) => modelId);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice === undefined) return;
  throw new SdmError('duplicate-id', `createEnsemble: model ${twice} occurs twice; a copy adds nothing, leave it out`);
}
