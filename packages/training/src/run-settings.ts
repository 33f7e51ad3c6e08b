import { SdmError } from '@sdmjs/core';
import { checksumsOf } from '@sdmjs/interchange';
import type { ExamplePool } from './check-examples.js';
import type { RunState } from './run-state.js';
import type { TrainingSettings } from './settings.js';

export interface RunIdentity {
  readonly settings: TrainingSettings;
  readonly pool: ExamplePool;
  readonly engineName: string;
  readonly continuedFrom: string | undefined;
}

/** All that decides what a run does, by option: settings as text, examples as SHA-256. Needs Web Crypto. */
export async function settingsOf(run: RunIdentity): Promise<RunState['settings']> {
  const { settings, pool, engineName, continuedFrom = 'none' } = run;
  const { data } = pool.features;
  const ids = JSON.stringify([pool.trainingCount, pool.classCount, pool.examples.map(({ id }) => id)]);
  const digests = {
    features: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    labels: new Uint8Array(pool.labels.buffer),
    ids: new TextEncoder().encode(ids),
  };
  return {
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    engine: engineName,
    continueFrom: continuedFrom,
    ...(await checksumsOf(digests, Object.keys(digests))),
  };
}

/** Throws `fingerprint-mismatch` naming what differs, and `bad-format` for a state that does not fit the examples. */
export function requireSameRun(state: RunState, settings: RunState['settings'], run: RunIdentity): void {
  const { settings: earlier } = state;
  const names = new Set([...Object.keys(settings), ...Object.keys(earlier)]);
  const shown = [...names]
    .filter((name) => settings[name] !== earlier[name])
    .map((name) => `${name} (${earlier[name] ?? 'not given'}, here ${settings[name] ?? 'not given'})`);
  if (shown.length > 0) {
    throw new SdmError(
      'fingerprint-mismatch',
      `trainModel: the state to resume belongs to a run with another ${shown.join(', ')}; resume with what that run was given, or start anew without resume`,
    );
  }
  const { rounds, epochs, representationSize } = run.settings;
  const { history, weights, optimizer } = state.present;
  const { columns } = run.pool.features;
  const isSound =
    state.finished.length < rounds &&
    history.length >= 1 &&
    history.length <= epochs &&
    [weights, optimizer.means, optimizer.squares].every(
      ({ projectionWeight, classifierWeight }) =>
        projectionWeight.columns === columns &&
        projectionWeight.rows === representationSize &&
        classifierWeight.columns === representationSize &&
        classifierWeight.rows === run.pool.classCount,
    );
  if (!isSound) {
    throw new SdmError(
      'bad-format',
      `trainModel: the state to resume does not fit its own settings (${state.finished.length} finished rounds, ${history.length} epochs); take a state of onCheckpoint`,
    );
  }
}
