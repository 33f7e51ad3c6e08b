import {
  announce,
  emptyReport,
  matchedColumns,
  type RoundContext,
  type RoundState,
  secondsSince,
  type TrainedEpoch,
} from './round-state.js';
import { measure, scoreSplits, signalsOf } from './score-splits.js';
import { isBetter, keptScores, scoreBy } from './select-checkpoint.js';

/** Matches both splits after an epoch, or what is left of them, reports it, and keeps its weights when they are the best so far. */
export async function matchedEpoch(
  context: RoundContext,
  state: RoundState,
  trained: TrainedEpoch,
): Promise<RoundState> {
  const scores = await scoreSplits(context, trained.matches);
  const training = measure(context, 'training', scores.training);
  const calibration = measure(context, 'calibration', scores.calibration);
  const { loss } = calibration;
  const score = scoreBy(context.settings.selectBy, calibration);
  const isBest = isBetter(score, state.best);
  const { epoch, startedAt } = trained;
  const best = isBest
    ? { epoch, loss, score, adaptor: await context.round.weights(), calibration: keptScores(scores.calibration) }
    : state.best;
  const report = {
    ...emptyReport(context, trained),
    ...matchedColumns({ training, calibration }),
    isBest,
    seconds: secondsSince(startedAt),
  };
  await announce(context, report);
  return {
    signals: signalsOf(scores.training),
    history: [...state.history, report],
    best,
    isStopped: context.stopSignal?.aborted ?? false,
  };
}
