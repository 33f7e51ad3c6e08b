import type { TrainedModel, TrainedRound } from '../train-model.js';

/** Everything that a run gives but the seconds it took. */
export function lasting({ rounds, history, ...best }: TrainedModel): unknown {
  return { ...lastingRound(best), history: withoutSeconds(history), rounds: rounds?.map(lastingRound) };
}

function lastingRound<Round extends Omit<TrainedRound, never>>({ metadata, ...round }: Round) {
  return { ...round, metadata: withoutSeconds(metadata) };
}

function withoutSeconds(value: unknown): unknown {
  const text = JSON.stringify(value, (name, inner: unknown) =>
    /^seconds$|^durationSeconds$/.test(name) ? 0 : typeof inner === 'bigint' ? String(inner) : inner,
  );
  return JSON.parse(text) as unknown;
}
