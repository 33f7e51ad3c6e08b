import { type RowSource, SdmError, sha256Hex } from '@sdmjs/core';
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
  const { examples, labels, trainingCount, classCount } = pool;
  const ids = JSON.stringify([trainingCount, classCount, Array.from(labels, (_, row) => examples.id(row))]);
  return {
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    engine: engineName,
    continueFrom: continuedFrom,
    features: await featuresDigest(examples.features),
    labels: await sha256Hex(new Uint8Array(labels.buffer)),
    ids: await sha256Hex(new TextEncoder().encode(ids)),
  };
}

/** Numbers that are summed at once: Web Crypto takes a piece as a whole. */
const PIECE_NUMBERS = 2 ** 24;

/** SHA-256 of all rows one after another, or where they are more than a piece, of the digests of the pieces. */
async function featuresDigest({ rows, columns, row }: RowSource): Promise<string> {
  const rowsInPiece = Math.max(1, Math.floor(PIECE_NUMBERS / columns));
  const piece = new Float32Array(Math.min(rows, rowsInPiece) * columns);
  const digests: string[] = [];
  for (let start = 0; start < rows; start += rowsInPiece) {
    const count = Math.min(rowsInPiece, rows - start);
    for (let i = 0; i < count; i++) piece.set(row(start + i), i * columns);
    digests.push(await sha256Hex(new Uint8Array(piece.buffer, 0, 4 * count * columns)));
  }
  return digests.length === 1 ? digests[0]! : sha256Hex(new TextEncoder().encode(digests.join('')));
}

/** Throws `fingerprint-mismatch` naming what differs. */
export function requireSameRun({ settings: earlier }: RunState, settings: RunState['settings']): void {
  const names = new Set([...Object.keys(settings), ...Object.keys(earlier)]);
  const shown = [...names]
    .filter((name) => settings[name] !== earlier[name])
    .map((name) => `${name} (${earlier[name] ?? 'not given'}, here ${settings[name] ?? 'not given'})`);
  if (shown.length === 0) return;
  throw new SdmError(
    'fingerprint-mismatch',
    `trainModel: the state to resume belongs to a run with another ${shown.join(', ')}; resume with what that run was given, or start anew without resume`,
  );
}
