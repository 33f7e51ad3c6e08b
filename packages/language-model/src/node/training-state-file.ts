import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@sdmjs/interchange/node';
import type { TrainingState } from '../train.js';
import { decodeTrainingState, encodeTrainingState } from '../training-state.js';

/** Writes a checkpoint so that a killed process leaves the old one or the new one. */
export function saveTrainingState(state: TrainingState, path: string): Promise<void> {
  return writeAtomically(path, encodeTrainingState(state));
}

/** Reads a checkpoint. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadTrainingState(path: string): Promise<TrainingState> {
  return decodeTrainingState(await readFile(path));
}
