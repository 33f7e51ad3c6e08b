import type { TrainingState } from '../train.js';
import type { DocumentsLoss } from './evaluate-documents.js';

/** The loss on the calibration set after `step` steps. */
export interface FineTuneEvaluation extends DocumentsLoss {
  readonly step: number;
  /** Passes over the training set so far, with a fraction. */
  readonly epoch: number;
  /** Wrong answers of the model in use as negatives of the training set, this epoch. */
  readonly hardNegativeCount: number;
  readonly isBest: boolean;
}

/** All evaluations of a run, and the weights of the one with the lowest loss. */
export interface BestCheckpoint {
  consider(measured: Omit<FineTuneEvaluation, 'isBest'>, weights: TrainingState['weights']): FineTuneEvaluation;
  readonly evaluations: readonly FineTuneEvaluation[];
  /** Undefined before the first evaluation. */
  best(): { readonly step: number; readonly loss: number; readonly weights: TrainingState['weights'] } | undefined;
}

/** Goes on from `earlier`, where a run is resumed. */
export function createBestCheckpoint(
  earlier:
    | { readonly evaluations: readonly FineTuneEvaluation[]; readonly bestWeights: TrainingState['weights'] }
    | undefined,
): BestCheckpoint {
  const evaluations = [...(earlier?.evaluations ?? [])];
  let bestWeights = earlier?.bestWeights;
  const bestSoFar = () => evaluations.findLast(({ isBest }) => isBest);
  return {
    evaluations,
    consider(measured, weights) {
      const before = bestSoFar();
      const isBest = !before || measured.loss < before.loss;
      if (isBest) bestWeights = weights;
      const evaluation = { ...measured, isBest };
      evaluations.push(evaluation);
      return evaluation;
    },
    best() {
      const evaluation = bestSoFar();
      return evaluation && { step: evaluation.step, loss: evaluation.loss, weights: bestWeights! };
    },
  };
}
