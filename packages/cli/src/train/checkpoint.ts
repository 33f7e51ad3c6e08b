import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { claimFile, notWritable, requireWritableFile } from '@sdmjs/interchange/node';
import type { RunState, TrainModelOptions } from '@sdmjs/training';
import { isRunState, loadRunState, saveRunState } from '@sdmjs/training/node';
import { EXIT } from '../exit-codes.js';
import { TRAIN_OPTION_NAMES } from '../option-names.js';
import type { Session } from '../terminal/session.js';

/** A file that holds the last state of a run: after an epoch, or while one was matched. */
export interface Checkpoint extends Pick<TrainModelOptions, 'resume' | 'onCheckpoint'> {
  /** For what `trainModel` throws: a state of another run is named by its file. */
  explain(error: unknown): never;
  /** The whole run is saved elsewhere now. */
  remove(): Promise<void>;
  /** Others may use the file again. */
  release(): Promise<void>;
}

/** Reads the state that is there, and keeps the next ones in its place. Throws `not-writable`, also while another process uses it, or `bad-format` for a file that is none. */
export async function openCheckpoint(path: string | undefined): Promise<Checkpoint> {
  if (path === undefined) return { explain: rethrow, remove: nothing, release: nothing };
  await requireWritableFile(path);
  const release = await claimFile(path);
  try {
    await removeLeftovers(path);
    const resume = existsSync(path) ? await readState(path) : undefined;
    return checkpointAt(path, { resume, release });
  } catch (error) {
    await release();
    throw error;
  }
}

function checkpointAt(path: string, given: Pick<Checkpoint, 'resume' | 'release'>): Checkpoint {
  return {
    ...given,
    onCheckpoint: (state) =>
      saveRunState(state, path).catch((cause: unknown) => {
        throw notWritable(path, cause);
      }),
    explain: (error) => {
      throw SdmError.is(error) ? ofAnotherRun(path, error) : error;
    },
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

const nothing = () => Promise.resolve();

function rethrow(error: unknown): never {
  throw error;
}

/** Throws `bad-format` for a damaged state and for any other file. */
async function readState(path: string): Promise<RunState> {
  try {
    return await loadRunState(path);
  } catch (cause) {
    if (!SdmError.is(cause, 'bad-format')) throw cause;
    const message = (await isRunState(path))
      ? `${path}: the checkpoint is damaged: ${cause.message.replace(/^\w+: /, '')}; give another copy of it, or name another file to start anew`
      : `${path} is no checkpoint of sdm train; name another file`;
    throw new SdmError('bad-format', message, { cause });
  }
}

/** What `trainModel` says of a state, in words of the command line; any other error as it is. */
function ofAnotherRun(path: string, error: SdmError): SdmError {
  const [, fault] = /^trainModel: the state to resume (.*); [^;]*$/.exec(error.message) ?? [];
  if (fault === undefined) return error;
  const told = fault
    .replace(/^belongs to a run with another /, 'is of a run with other values: ')
    .replace(/(\w+) \(([^()]*), here ([^()]*)\)/g, (_, name: string, earlier: string, here: string) =>
      DIGESTS.has(name) ? `${name} of the rows` : `${OPTIONS[name] ?? name} (${earlier}, here ${here})`,
    );
  const mend = 'give what that run was given, or name another file to start anew';
  return new SdmError(error.code, `${path}: the checkpoint ${told}; ${mend}`, { cause: error });
}

/** Told of by their SHA-256, which says nothing to anybody. */
const DIGESTS: ReadonlySet<string> = new Set(['features', 'labels', 'ids']);

/** Options of `sdm train` by the setting of a run that they are. */
const OPTIONS: Readonly<Record<string, string>> = {
  ...TRAIN_OPTION_NAMES,
  epochs: '--epochs',
  seed: '--seed',
  rounds: '--number-of-random-shuffles',
  shuffle: '--shuffle-training-and-calibration',
  stratify: '--stratify',
  continueFrom: '--initial-model',
};
