import { open, readFile } from 'node:fs/promises';
import { writeAtomically } from '@sdmjs/interchange/node';
import type { RunState } from '../run-state.js';
import { decodeRunState, runStatePieces, STATE_HEAD } from '../run-state-file.js';

/** Writes what `onCheckpoint` of `trainModel` gave, so that a killed process leaves the old file or the new one. */
export function saveRunState(state: RunState, path: string): Promise<void> {
  return writeAtomically(path, runStatePieces(state));
}

/** Reads what `saveRunState` wrote. Throws `bad-format`, or the file system's own error when there is none. */
export async function loadRunState(path: string): Promise<RunState> {
  return decodeRunState(await readFile(path));
}

/** Whether a file begins as those of `saveRunState` do, though it may be damaged further on. Throws the file system's own error. */
export async function isRunState(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(STATE_HEAD.length);
    const { bytesRead } = await file.read(head, 0, head.length, HEADER_SIZE_BYTES);
    return bytesRead === head.length && new TextDecoder().decode(head) === STATE_HEAD;
  } finally {
    await file.close();
  }
}

const HEADER_SIZE_BYTES = 8;
