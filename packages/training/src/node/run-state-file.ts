import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@sdmjs/interchange/node';
import type { RunState } from '../run-state.js';
import { decodeRunState, runStatePieces } from '../run-state-file.js';

/** Writes what `onCheckpoint` of `trainModel` gave, so that a killed process leaves the old file or the new one. */
export function saveRunState(state: RunState, path: string): Promise<void> {
  return writeAtomically(path, runStatePieces(state));
}

/** Reads what `saveRunState` wrote. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadRunState(path: string): Promise<RunState> {
  return decodeRunState(await readFile(path));
}
