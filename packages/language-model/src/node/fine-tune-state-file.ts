import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@sdmjs/interchange/node';
import { decodeFineTuneState, encodeFineTuneState, type FineTuneState } from '../fine-tune/fine-tune-state.js';

/** Writes what `onCheckpoint` of `fineTuneVerified` gave, so that a killed process leaves the old file or the new one. */
export function saveFineTuneState(state: FineTuneState, path: string): Promise<void> {
  return writeAtomically(path, encodeFineTuneState(state));
}

/** Reads what `saveFineTuneState` wrote. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadFineTuneState(path: string): Promise<FineTuneState> {
  return decodeFineTuneState(await readFile(path));
}
