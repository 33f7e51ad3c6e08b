import type { SdmErrorCode } from '@sdmjs/core';
import type { EpochReport } from './epoch-report.js';
import type { PresentRound } from './run-state.js';
import type { FinishedRound, MatchingEpoch, RoundJob } from './train-round.js';

/** What a worker thread hears: a round to train, that a message of its own was dealt with, that the present epoch shall be the last. */
export type ToWorker =
  | ({ readonly kind: 'train'; readonly wantsStates: boolean } & Pick<
      RoundJob,
      'plan' | 'resume' | 'checkpointSeconds'
    >)
  | { readonly kind: 'heard' }
  | { readonly kind: 'stop' };

/** What it says; after `report` and `present` it waits for `heard`. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'matching'; readonly matching: MatchingEpoch }
  | { readonly kind: 'report'; readonly report: EpochReport }
  | { readonly kind: 'present'; readonly present: PresentRound }
  | { readonly kind: 'result'; readonly result: FinishedRound }
  /** With the code of an `SdmError`, which does not survive the passage. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly code: SdmErrorCode | undefined };
