import type { RunState, TrainModelOptions } from '@sdmjs/training';
import type { Session } from '../terminal/session.js';

/** Says where a run goes on: whole rounds and epochs, and how far the matching of which epochs is. */
export function sayResumed(
  state: RunState,
  { trainingSet, calibrationSet }: Pick<TrainModelOptions, 'trainingSet' | 'calibrationSet'>,
  { checkpoint, say, tell }: Pick<Session, 'say' | 'tell'> & { readonly checkpoint: string | undefined },
): void {
  const total = rowCount(trainingSet) + rowCount(calibrationSet);
  const matching = state.present.flatMap(({ history, matching: epoch }) => {
    if (!epoch) return [];
    const { training, calibration } = epoch.matches;
    const completed = training.similarities.length + calibration.similarities.length;
    return [{ round: epoch.round, epoch: history.length + 1, completed, total }];
  });
  const [rounds, epochs] = [state.finished.length, epochCountOf(state)];
  const further = matching.map(
    ({ round, epoch, completed }) =>
      `, round ${round} epoch ${epoch} ${Math.floor((100 * completed) / total)} % matched`,
  );
  say(`going on from ${checkpoint}: ${rounds} whole rounds, ${epochs} epochs in all${further.join('')}`);
  tell('resumed', { rounds, epochs, matching });
}

/** Whole epochs of all rounds. */
export function epochCountOf({ finished, present }: RunState): number {
  return [...finished, ...present].reduce((sum, { history }) => sum + history.length, 0);
}

function rowCount(set: TrainModelOptions['trainingSet']): number {
  return 'ids' in set ? set.ids.length : set.length;
}
