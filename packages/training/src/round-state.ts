import type { Signals } from '@sdmjs/activation';
import { throwIfAborted } from '@sdmjs/core';
import type { EpochReport } from './epoch-report.js';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import type { EngineRound, SplitName } from './engine.js';
import type { measure, ScoringContext, SplitMatches } from './score-splits.js';
import type { Checkpoint, MatchedCheckpoint } from './select-checkpoint.js';

/** What one epoch hands to the next. */
export interface RoundState {
  /** q and d of the training rows, for the next epoch. */
  readonly signals: Signals;
  readonly history: readonly EpochReport[];
  /** The best matched epoch. */
  readonly best?: MatchedCheckpoint | undefined;
  /** The best epoch of a warm-up by cross-entropy, until it is matched. */
  readonly warmUp?: Checkpoint | undefined;
  /** The caller asked to stop after this epoch. */
  readonly isStopped: boolean;
}

/** What every epoch of a round shares. */
export interface RoundContext extends ScoringContext {
  readonly roundNumber: number;
  readonly stopSignal?: AbortSignal | undefined;
  /** Nothing is finished yet that a stop in the first epoch could keep, so it cancels. */
  readonly isFirst: boolean;
  readonly onReport: (report: EpochReport) => void | Promise<void>;
  /** Another round of the same splits from these weights; the caller disposes it. */
  readonly restart: (adaptor: ExemplarAdaptor) => Promise<EngineRound>;
}

/** An epoch whose optimiser steps are done. */
export interface TrainedEpoch {
  readonly epoch: number;
  readonly trainingLoss: number;
  /** performance.now() at its begin; of a resumed one, as if it had begun in this process. */
  readonly startedAt: number;
  /** What an earlier process matched of it. */
  readonly matches?: SplitMatches | undefined;
}

type Measurement = ReturnType<typeof measure>;

/** A report row without any measured split. */
export function emptyReport(context: RoundContext, trained: TrainedEpoch) {
  return {
    round: context.roundNumber,
    rounds: context.settings.rounds,
    epoch: trained.epoch,
    trainingLoss: trained.trainingLoss,
    balancedTrainingSimilarity: null,
    balancedCalibrationSimilarity: null,
    balancedMedianCalibrationSimilarity: null,
    balancedTrainingLoss: null,
    balancedCalibrationLoss: null,
    balancedTrainingCrossEntropy: null,
    balancedCalibrationCrossEntropy: null,
  };
}

/** The columns that matching fills. */
export function matchedColumns({ training, calibration }: Readonly<Record<SplitName, Measurement>>) {
  return {
    balancedTrainingAccuracy: training.accuracy,
    balancedCalibrationAccuracy: calibration.accuracy,
    balancedTrainingSimilarity: training.similarity,
    balancedCalibrationSimilarity: calibration.similarity,
    balancedMedianCalibrationSimilarity: calibration.medianSimilarity,
    balancedTrainingLoss: training.loss,
    balancedCalibrationLoss: calibration.loss,
  };
}

/**
 * Hands a finished epoch to the caller, whose request to stop takes effect after it. The first epoch of all is finished by this: a request
 * that came while it was trained or scored finds no epoch to keep, and cancels with `aborted`.
 */
export async function announce(context: RoundContext, report: EpochReport): Promise<void> {
  if (context.isFirst && report.epoch === 1) throwIfAborted(context.stopSignal, 'trainModel');
  await context.onReport(report);
}

export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
