import type { Admitted, Estimate, Rejected, RejectionReason } from './estimate.js';

/** What to do with a rejected row: one function for all reasons, or one for each. */
export type RejectedBranch<Result> =
  | ((estimate: Rejected) => Result)
  | { readonly [Reason in RejectionReason]: (estimate: Rejected) => Result };

/** Both ways an estimate can go. Leaving one out, or one of the reasons, does not compile. */
export interface Branches<OnAdmitted, OnRejected> {
  readonly admitted: (estimate: Admitted) => OnAdmitted;
  readonly rejected: RejectedBranch<OnRejected>;
}

/** Takes the branch of the estimate: only the admitted one sees a `decision`. */
export function decide<OnAdmitted, OnRejected>(
  estimate: Estimate,
  branches: Branches<OnAdmitted, OnRejected>,
): OnAdmitted | OnRejected {
  if (estimate.admitted) return branches.admitted(estimate);
  const { rejected } = branches;
  return typeof rejected === 'function' ? rejected(estimate) : rejected[estimate.reason](estimate);
}
