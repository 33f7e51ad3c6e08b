import { readFile } from 'node:fs/promises';
import type { TrainingState } from '../train.js';
import { decodeTrainingState, encodeTrainingState } from '../training-state.js';
import { renameDurably, writeDurably } from './write-durably.js';

/** Writes a checkpoint so that a killed process leaves the old one or the new one. */
export async function saveTrainingState(state: TrainingState, path: string): Promise<void> {
  const sibling = `${path}.${crypto.randomUUID()}`;
  await writeDurably(sibling, encodeTrainingState(state));
  await renameDurably(sibling, path);
}

/** Reads a checkpoint. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadTrainingState(path: string): Promise<TrainingState> {
  return decodeTrainingState(await readFile(path));
}
