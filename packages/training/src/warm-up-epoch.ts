import type { EpochReport } from './epoch-report.js';
import {
  announce,
  emptyReport,
  matchedColumns,
  type RoundContext,
  type RoundState,
  secondsSince,
  type TrainedEpoch,
} from './round-state.js';
import { measure, measureLogits, refreshSignals, scoreSplits, signalsOf } from './score-splits.js';
import { type Checkpoint, isBetter, keptScores, scoreBy } from './select-checkpoint.js';

/**
 * An epoch of a warm-up of several cross-entropy epochs: nothing is matched. The best of them, by balanced calibration cross-entropy, is
 * matched when the warm-up ends, and becomes the first candidate of `selectBy`; cross-entropy is never compared with anything else.
 */
export async function warmUpEpoch(
  context: RoundContext,
  state: RoundState,
  trained: TrainedEpoch,
): Promise<RoundState> {
  const { round, settings } = context;
  const training = measureLogits(context, 'training', await round.logits('training'));
  const calibration = measureLogits(context, 'calibration', await round.logits('calibration'));
  const { crossEntropy: loss } = calibration;
  const isBest = isBetter(loss, state.warmUp);
  const { epoch, startedAt } = trained;
  const winner = isBest || !state.warmUp ? { epoch, loss, score: loss, adaptor: await round.weights() } : state.warmUp;
  const report = {
    ...emptyReport(context, trained),
    balancedTrainingAccuracy: training.accuracy,
    balancedCalibrationAccuracy: calibration.accuracy,
    balancedTrainingCrossEntropy: training.crossEntropy,
    balancedCalibrationCrossEntropy: calibration.crossEntropy,
    isBest,
    seconds: secondsSince(startedAt),
  };
  await announce(context, report);
  const isStopped = context.stopSignal?.aborted ?? false;
  const next = { ...state, warmUp: winner, history: [...state.history, report], isStopped };
  if (epoch === settings.crossEntropyEpochs) return matchWinner(context, next, { epoch, winner });
  return isStopped ? { ...(await matchWinner(context, next, { epoch, winner })), goesOnFrom: next } : next;
}

async function matchWinner(
  context: RoundContext,
  state: RoundState,
  { epoch, winner }: { epoch: number; winner: Checkpoint },
): Promise<RoundState> {
  const startedAt = performance.now();
  const isPresent = winner.epoch === epoch;
  const { scores, training, calibration } = await scoreWinner(context, isPresent ? undefined : winner);
  const row = state.history[winner.epoch - 1]!;
  const report: EpochReport = {
    ...row,
    ...matchedColumns({ training, calibration }),
    isBest: true,
    seconds: row.seconds + secondsSince(startedAt),
  };
  await context.onReport(report);
  const isOver = state.isStopped || epoch === context.settings.epochs;
  // Training goes on from the last weights, not from the winner's: their q and d are needed.
  const signals = isPresent ? signalsOf(scores.training) : isOver ? state.signals : await refreshSignals(context);
  return {
    signals,
    history: state.history.map((earlier) => (earlier.epoch === winner.epoch ? report : earlier)),
    best: {
      ...winner,
      loss: calibration.loss,
      score: scoreBy(context.settings.selectBy, calibration),
      calibration: keptScores(scores.calibration),
    },
    isStopped: state.isStopped,
  };
}

/** Scores earlier weights in a round of their own, or the present ones where they are. */
async function scoreWinner(context: RoundContext, earlier: Checkpoint | undefined) {
  const round = earlier ? await context.restart(earlier.adaptor) : context.round;
  try {
    const scores = await scoreSplits({ ...context, round });
    return {
      scores,
      training: measure(context, 'training', scores.training),
      calibration: measure(context, 'calibration', scores.calibration),
    };
  } finally {
    if (earlier) round.dispose();
  }
}
