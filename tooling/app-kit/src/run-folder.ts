import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { makeFolders } from '@sdmjs/interchange/node';
import { takeLock } from './lock-file.js';

/** The folder of one run: what decides it, and what its stages made; every file is written as a whole or not at all. */
export interface RunFolder {
  readonly path: string;
  pathOf(name: string): string;
  has(name: string): boolean;
  readJson(name: string): unknown;
  writeJson(name: string, value: unknown): void;
  readBytes(name: string): Uint8Array;
  writeBytes(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
}

const RUN_FILE = 'run.json';
const LOCK_FILE = '.lock';

/**
 * Opens or makes the folder of the run that `settings` describe and tries to write there, so that a path that cannot be written is found
 * before the first minute of training; keeps other processes from opening it until this one ends. Throws `not-writable`, also while another
 * process has it open, and `destination-exists` when the folder holds something else.
 */
export function openRunFolder(path: string, settings: unknown, { fresh = false } = {}): RunFolder {
  const folder = runFolderAt(resolve(path));
  requireOwnFolder(folder, JSON.stringify(settings), fresh);
  try {
    makeFolders(folder.path);
    takeLock(folder.pathOf(LOCK_FILE), `the run folder ${folder.path}`);
    if (fresh) removeAllIn(folder);
    folder.writeJson(RUN_FILE, settings);
    removeLeftovers(folder.path);
  } catch (cause) {
    if (SdmError.is(cause)) throw cause;
    throw new SdmError('not-writable', `openRunFolder: cannot write in ${folder.path}; choose another with --run`, {
      cause,
    });
  }
  return folder;
}

/** The folder of a run and its settings, for reading. Throws `bad-format` when it is none. */
export function readRunFolder(path: string): { readonly folder: RunFolder; readonly settings: unknown } {
  const folder = runFolderAt(resolve(path));
  if (!folder.has(RUN_FILE)) {
    throw new SdmError(
      'bad-format',
      `readRunFolder: ${folder.path} is not the folder of a run (it has no ${RUN_FILE}); make one first, or name it with --run`,
    );
  }
  return { folder, settings: folder.readJson(RUN_FILE) };
}

/** The folder at `path`, whether it is there or not. */
export function runFolderAt(path: string): RunFolder {
  const pathOf = (name: string) => join(path, name);
  const writeBytes = (name: string, bytes: Uint8Array) => writeAtomically(path, name, bytes);
  return {
    path,
    pathOf,
    has: (name) => existsSync(pathOf(name)),
    readJson: (name): unknown => JSON.parse(readFileSync(pathOf(name), 'utf8')),
    writeJson: (name, value) => writeBytes(name, new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`)),
    readBytes: (name) => new Uint8Array(readFileSync(pathOf(name))),
    writeBytes,
    remove: (name) => rmSync(pathOf(name), { recursive: true, force: true }),
  };
}

/** A run with other settings and a folder of something else are never touched. */
function requireOwnFolder(folder: RunFolder, wanted: string, fresh: boolean): void {
  if (!existsSync(folder.path)) return;
  if (!folder.has(RUN_FILE)) {
    const isEmpty = listing(folder.path).every((name) => isTemporary(name) || isLock(name));
    if (isEmpty) return;
    throw new SdmError(
      'destination-exists',
      `openRunFolder: ${folder.path} holds files and is no run of this app; choose another with --run`,
    );
  }
  if (fresh || JSON.stringify(folder.readJson(RUN_FILE)) === wanted) return;
  throw new SdmError(
    'destination-exists',
    `openRunFolder: ${folder.path} belongs to a run with other settings; choose another with --run, or start it anew with --fresh`,
  );
}

function listing(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    throw new SdmError('not-writable', `openRunFolder: ${path} is not a folder; choose another with --run`, { cause });
  }
}

function removeAllIn(folder: RunFolder): void {
  for (const name of listing(folder.path)) if (name !== LOCK_FILE) folder.remove(name);
}

/** What a process that was killed while it wrote a file, a checkpoint or a model left behind. */
function removeLeftovers(path: string): void {
  const leftovers = readdirSync(path).filter((name) => isTemporary(name) || UNFINISHED.test(name));
  for (const name of leftovers) rmSync(join(path, name), { recursive: true, force: true });
}

/** Unfinished models and checkpoints, as the packages that write them name them. */
const UNFINISHED = /^\..*staging|\.safetensors\.[0-9a-f-]{36}$/;

function isTemporary(name: string): boolean {
  return name.startsWith('.writing-');
}

/** Also one that was being taken over. */
function isLock(name: string): boolean {
  return name === LOCK_FILE || name.startsWith(`${LOCK_FILE}.`);
}

/** Writes beside, flushes to the disk, renames: a reader and a killed process see the old file or the new one. */
function writeAtomically(folder: string, name: string, bytes: Uint8Array): void {
  const temporary = join(folder, `.writing-${process.pid}-${name}`);
  const file = openSync(temporary, 'w');
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, name));
}
