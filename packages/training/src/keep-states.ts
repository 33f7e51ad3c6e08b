import type { EngineRound } from './engine.js';
import { type RoundState, secondsSince, type TrainedEpoch } from './round-state.js';
import type { PresentRound } from './run-state.js';
import type { SplitMatches } from './score-splits.js';
import type { RoundTraining } from './train-round.js';

/** Hands the states of a round to `onState`; undefined where nobody wants them, and nothing is copied. */
export function createStateKeeper(
  { plan, onState, checkpointSeconds }: Pick<RoundTraining, 'plan' | 'onState' | 'checkpointSeconds'>,
  round: EngineRound,
) {
  if (!onState) return undefined;
  let keptAt = performance.now();
  let standing: Pick<PresentRound, 'weights' | 'optimizer'> | undefined;
  const keep = async ({ history, best, warmUp }: RoundState, rest: Pick<PresentRound, 'signals' | 'matching'>) => {
    standing ??= { weights: await round.weights(), optimizer: await round.optimizer() };
    await onState({ ...standing, ...rest, history, best, warmUp });
    keptAt = performance.now();
  };
  return {
    /** After an epoch. */
    async keep(state: RoundState): Promise<void> {
      const { similarities, distanceQuantiles } = state.signals; // and not the outputs that they were made from
      await keep(state, { signals: { similarities, distanceQuantiles } });
      standing = undefined; // the next steps move the weights
    },
    /** For an epoch that is matched from this state on: keeps what is matched, if the last state was kept long enough ago. */
    matchesOf:
      (state: RoundState, { trainingLoss, startedAt }: TrainedEpoch) =>
      async (matches: SplitMatches): Promise<void> => {
        if (secondsSince(keptAt) < checkpointSeconds) return;
        const seconds = secondsSince(startedAt);
        await keep(state, { matching: { round: plan.round, trainingLoss, seconds, matches } });
      },
  };
}
