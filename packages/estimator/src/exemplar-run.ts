import { OUT_OF_DISTRIBUTION } from '@sdmjs/core';
import type { Estimate, NearestExemplar } from './estimate.js';
import type { SdmModel } from './sdm-model.js';

/** Why an exemplar is not good for a query; the first reason of these that holds. */
export type BreakReason =
  /** Its label is −99: it belongs to no class. */
  | 'out-of-distribution-label'
  /** The model predicts another class for it than its true one. */
  | 'wrongly-predicted'
  /** It is right, and of another class than the prediction for the query. */
  | 'other-class';

/** What ended the run of good exemplars that q counts. */
export type RunEnd =
  /** The exemplar at place q + 1, which may lie beyond those shown. */
  | { readonly kind: 'exemplar'; readonly exemplar: NearestExemplar; readonly reason: BreakReason }
  /** The cap: rows beyond it were not looked at. */
  | { readonly kind: 'cap'; readonly maxSimilarity: number }
  /** Every row of the support is good. */
  | { readonly kind: 'support-exhausted'; readonly supportCount: number }
  /** The estimate shows too few exemplars to tell; explain the features instead. */
  | { readonly kind: 'not-shown'; readonly shownCount: number };

/** What q could have counted: the own row of a query, where it is left out, also takes one place of the search. */
export function searchedRows(model: SdmModel, exclusion: number): { cap: number; supportCount: number } {
  const left = exclusion < 0 ? 0 : 1;
  return { cap: model.maxSimilarity - left, supportCount: model.support.labels.length - left };
}

/** What ended the run of an estimate, as far as its exemplars tell. */
export function runEnd(estimate: Estimate, { cap, supportCount }: ReturnType<typeof searchedRows>): RunEnd {
  const { similarity, nearestExemplars } = estimate;
  if (similarity >= supportCount) return { kind: 'support-exhausted', supportCount };
  if (similarity >= cap) return { kind: 'cap', maxSimilarity: cap };
  const exemplar = nearestExemplars[similarity];
  if (!exemplar) return { kind: 'not-shown', shownCount: nearestExemplars.length };
  return { kind: 'exemplar', exemplar, reason: reasonOf(exemplar) };
}

function reasonOf({ label, prediction }: NearestExemplar): BreakReason {
  if (label === OUT_OF_DISTRIBUTION) return 'out-of-distribution-label';
  return label === prediction ? 'other-class' : 'wrongly-predicted';
}
