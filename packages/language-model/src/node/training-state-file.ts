import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncFolder, writeDurably } from '@sdmjs/interchange/node';
import type { TrainingState } from '../train.js';
import { decodeTrainingState, encodeTrainingState } from '../training-state.js';

/** Writes a checkpoint so that a killed process leaves the old one or the new one. */
export async function saveTrainingState(state: TrainingState, path: string): Promise<void> {
  const sibling = `${path}.${crypto.randomUUID()}`;
  try {
    await writeDurably(sibling, encodeTrainingState(state));
    await rename(sibling, path);
  } catch (error) {
    await rm(sibling, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(resolve(path)));
}

/** Reads a checkpoint. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadTrainingState(path: string): Promise<TrainingState> {
  return decodeTrainingState(await readFile(path));
}
