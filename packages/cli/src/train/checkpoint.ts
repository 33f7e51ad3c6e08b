import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { notWritable, requireWritableFile } from '@sdmjs/interchange/node';
import type { TrainModelOptions } from '@sdmjs/training';
import { loadRunState, saveRunState } from '@sdmjs/training/node';
import { EXIT } from '../exit-codes.js';
import type { Session } from '../terminal/session.js';

/** A file that holds the last state of a run: after an epoch, or while one was matched. */
export interface Checkpoint extends Pick<TrainModelOptions, 'resume' | 'onCheckpoint'> {
  /** For what `trainModel` throws: a state of another run is named by its file. */
  explain(error: unknown): never;
  /** The whole run is saved elsewhere now. */
  remove(): Promise<void>;
}

/** Reads the state that is there, and keeps the next ones in its place. Throws `not-writable`, or `bad-format` for another file. */
export async function openCheckpoint(path: string | undefined): Promise<Checkpoint> {
  if (path === undefined) return { explain: rethrow, remove: () => Promise.resolve() };
  await requireWritableFile(path);
  await removeLeftovers(path);
  const explain = named(path);
  return {
    resume: existsSync(path) ? await loadRunState(path).catch(explain) : undefined,
    onCheckpoint: (state) =>
      saveRunState(state, path).catch((cause: unknown) => {
        throw notWritable(path, cause);
      }),
    explain,
    remove: () => rm(path, { force: true }),
  };
}

/** For what ends a run: of an interrupt it says where the state of the run is, and resolves to 130; without a state, or for another error, throws on. */
export function sayKept(
  error: unknown,
  path: string | undefined,
  { say, tell }: Pick<Session, 'say' | 'tell'>,
): number {
  if (!SdmError.is(error, 'aborted') || path === undefined || !existsSync(path)) throw error;
  say(`stopped; the run so far is in ${path}, so that the same command goes on from there`);
  tell('stopped', { checkpoint: path });
  return EXIT.interrupted;
}

/** What a process that was killed while it wrote a state left beside it. */
async function removeLeftovers(path: string): Promise<void> {
  const name = basename(path);
  const folder = dirname(resolve(path));
  for (const other of await readdir(folder)) {
    if (other.startsWith(`${name}.`) && UUID.test(other.slice(name.length + 1))) await rm(join(folder, other));
  }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function rethrow(error: unknown): never {
  throw error;
}

/** A state that is damaged or another run's is named by its file. */
function named(path: string): (error: unknown) => never {
  return (error) => {
    if (!SdmError.is(error, 'bad-format') && !SdmError.is(error, 'fingerprint-mismatch')) throw error;
    const message = error.message.replace(/^\w+: /, '');
    throw new SdmError(error.code, `${path}: ${message}; or remove the file to start anew`, { cause: error });
  };
}
