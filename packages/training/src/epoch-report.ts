/** One epoch of the history. Losses are balanced: means over the classes of the mean of each true class. */
export interface EpochReport {
  /** 1-based. */
  readonly round: number;
  readonly rounds: number;
  /** 1-based, within the round. */
  readonly epoch: number;
  /** Mean over the rows, measured while the weights moved; not balanced. */
  readonly trainingLoss: number;
  readonly balancedTrainingAccuracy: number;
  readonly balancedCalibrationAccuracy: number;
  /** Mean q; null in an epoch that was not matched. */
  readonly balancedTrainingSimilarity: number | null;
  readonly balancedCalibrationSimilarity: number | null;
  /** Mean over the classes of the median q; null in an epoch that was not matched. */
  readonly balancedMedianCalibrationSimilarity: number | null;
  /** SDM losses; null in an epoch that was not matched. */
  readonly balancedTrainingLoss: number | null;
  readonly balancedCalibrationLoss: number | null;
  /** Natural cross-entropy; measured only while a warm-up of several epochs lasts. */
  readonly balancedTrainingCrossEntropy: number | null;
  readonly balancedCalibrationCrossEntropy: number | null;
  /** Whether it was the best so far, or tied with it, when it was scored. */
  readonly isBest: boolean;
  readonly seconds: number;
}

/** What `onProgress` hears. */
export type TrainingEvent =
  | {
      readonly kind: 'epoch';
      /** The warm-up's winner comes a second time, once it is matched. */
      readonly report: EpochReport;
      /** Of all rounds, those of an earlier process included. */
      readonly completedEpochCount: number;
      readonly secondsElapsed: number;
      /** Estimated from the epochs so far. */
      readonly secondsLeft: number;
    }
  | {
      /** Within an epoch, at most once a second. */
      readonly kind: 'matching';
      readonly round: number;
      readonly epoch: number;
      /** Rows of both splits. */
      readonly completed: number;
      readonly total: number;
      /** Of this matching, estimated from the rows so far. */
      readonly secondsLeft: number;
    }
  | {
      readonly kind: 'warning';
      readonly message: string;
      /** Target accuracies that the calibration split is too small to support; none in a warning of something else. */
      readonly unsupportedAccuracies: readonly number[];
    };
