import {
  emptyReport,
  matchedColumns,
  type RoundContext,
  type RoundState,
  secondsSince,
  type TrainedEpoch,
} from './round-state.js';
import { measure, scoreSplits } from './score-splits.js';
import { isBetter } from './select-checkpoint.js';

/** Matches both splits after an epoch, reports it, and keeps its weights when its balanced calibration SDM loss is the lowest so far. */
export async function matchedEpoch(
  context: RoundContext,
  state: RoundState,
  trained: TrainedEpoch,
): Promise<RoundState> {
  const scores = await scoreSplits(context);
  const training = measure(context, 'training', scores.training);
  const calibration = measure(context, 'calibration', scores.calibration);
  const isBest = isBetter(calibration.loss, state.best);
  const { epoch, startedAt } = trained;
  const best = isBest ? { epoch, loss: calibration.loss, adaptor: await context.round.weights() } : state.best;
  const report = {
    ...emptyReport(context, trained),
    ...matchedColumns({ training, calibration }),
    isBest,
    seconds: secondsSince(startedAt),
  };
  context.onReport(report);
  return {
    signals: scores.training,
    history: [...state.history, report],
    best,
    isStopped: context.stopSignal?.aborted ?? false,
  };
}
