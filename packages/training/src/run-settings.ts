import { SdmError } from '@sdmjs/core';
import { checksumsOf } from '@sdmjs/interchange';
import type { ExamplePool } from './check-examples.js';
import { roundNumberOf, type RunState } from './run-state.js';
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
  const ids = JSON.stringify([pool.trainingCount, pool.classCount, pool.examples.map(({ id }) => id)]);
  const digests = {
    features: digestibleBytes(pool.features.data),
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

/** The bytes of an array, copied where memory is shared: Web Crypto refuses that. */
function digestibleBytes(floats: Float32Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = floats.buffer instanceof ArrayBuffer ? floats : floats.slice();
  return new Uint8Array(buffer, byteOffset, byteLength);
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
  if (isSound(state, run)) return;
  const epochs = state.present.map(({ history }) => history.length);
  throw new SdmError(
    'bad-format',
    `trainModel: the state to resume does not fit its own settings (${state.finished.length} finished rounds, others after ${epochs.join(', ') || 'no'} epochs); take a state of onCheckpoint`,
  );
}

function isSound({ finished, present }: RunState, { settings, pool }: RunIdentity): boolean {
  const { rounds, epochs, representationSize } = settings;
  const numbers = [...finished, ...present].map(roundNumberOf);
  const isRound = (round: number) => round >= 1 && round <= rounds;
  if (present.length === 0 || !numbers.every(isRound) || new Set(numbers).size < numbers.length) return false;
  return present.every(
    ({ history, weights, optimizer }) =>
      history.length <= epochs &&
      [weights, optimizer.means, optimizer.squares].every(
        ({ projectionWeight, classifierWeight }) =>
          projectionWeight.columns === pool.features.columns &&
          projectionWeight.rows === representationSize &&
          classifierWeight.columns === representationSize &&
          classifierWeight.rows === pool.classCount,
      ),
  );
}
