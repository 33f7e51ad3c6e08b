import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { makeFolders } from '@sdmjs/interchange/node';

/** The folder of one run: what decides it, and what its stages made. */
export interface RunFolder {
  readonly path: string;
  pathOf(name: string): string;
  has(name: string): boolean;
  readJson(name: string): unknown;
  /** The file is written as a whole or not at all. */
  writeJson(name: string, value: unknown): void;
}

const RUN_FILE = 'run.json';

/**
 * Opens or makes the folder of the run that `settings` describe, and writes there, so that a path that cannot be written is found first.
 * Throws `not-writable`, and `destination-exists` when the folder holds something else.
 */
export function openRunFolder(path: string, settings: unknown, { fresh = false } = {}): RunFolder {
  const folder = runFolderAt(resolve(path));
  requireOwnFolder(folder, settings, fresh);
  try {
    if (fresh) rmSync(folder.path, { recursive: true, force: true });
    makeFolders(folder.path);
    folder.writeJson(RUN_FILE, settings);
  } catch (cause) {
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
      `readRunFolder: ${folder.path} is not the folder of a run; make one first, or name it with --run`,
    );
  }
  return { folder, settings: folder.readJson(RUN_FILE) };
}

function runFolderAt(path: string): RunFolder {
  const pathOf = (name: string) => join(path, name);
  return {
    path,
    pathOf,
    has: (name) => existsSync(pathOf(name)),
    readJson: (name): unknown => JSON.parse(readFileSync(pathOf(name), 'utf8')),
    writeJson(name, value) {
      const temporary = pathOf(`.writing-${process.pid}-${name}`);
      writeFileSync(temporary, `${JSON.stringify(value, null, 1)}\n`, { flush: true });
      renameSync(temporary, pathOf(name));
    },
  };
}

/** A run with other settings and a folder of something else are never touched. */
function requireOwnFolder(folder: RunFolder, settings: unknown, fresh: boolean): void {
  if (!existsSync(folder.path)) return;
  if (!folder.has(RUN_FILE)) {
    if (isEmpty(folder.path)) return;
    throw new SdmError(
      'destination-exists',
      `openRunFolder: ${folder.path} holds files and is no run of this app; choose another with --run`,
    );
  }
  if (fresh || JSON.stringify(folder.readJson(RUN_FILE)) === JSON.stringify(settings)) return;
  throw new SdmError(
    'destination-exists',
    `openRunFolder: ${folder.path} belongs to a run with other settings; choose another with --run, or start it anew with --fresh`,
  );
}

function isEmpty(path: string): boolean {
  try {
    return readdirSync(path).every((name) => name.startsWith('.writing-'));
  } catch (cause) {
    throw new SdmError('not-writable', `openRunFolder: ${path} is not a folder; choose another with --run`, { cause });
  }
}
