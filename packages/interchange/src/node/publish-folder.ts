import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { makeFolders, syncFolder, writeDurably } from './durable-write.js';
import { notWritable } from './not-writable.js';
import { kindOf } from './package-folder.js';
import { recoverFromKilledSaves, siblingPath } from './siblings.js';

/** What a folder to be written holds. */
export interface FolderKind {
  /** The function that writes it, for messages. */
  readonly where: string;
  /** As in "is no model". */
  readonly noun: string;
  /** Throws unless the folder holds one, so that it may be replaced. */
  readonly requireOne: (folder: string) => Promise<void>;
}

export interface SaveOptions {
  /** Replace what stands there, if it is of the same kind; anything else is never replaced. @default false */
  readonly overwrite?: boolean | undefined;
}

/**
 * Writes a folder as a whole: `build` makes it beside its place, flushed and checked, and only then is it renamed into place, so that at every
 * moment the old one or the new one can be read. Throws `destination-exists`, `not-writable`, or what `build` throws.
 */
export async function publishFolder(
  folder: string,
  kind: FolderKind,
  { overwrite, build }: SaveOptions & { readonly build: (staging: string) => Promise<void> },
): Promise<void> {
  await requireFolderWritable(folder, kind, { overwrite });
  const staging = siblingPath(folder, 'staging');
  try {
    await build(staging);
    await putInPlace(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw SdmError.is(error) ? error : notWritable(folder, error, kind.where);
  }
}

/** Finds out whether `publishFolder` could write there, by making (and removing) a folder beside it. */
export async function requireFolderWritable(folder: string, kind: FolderKind, options: SaveOptions): Promise<void> {
  const probe = siblingPath(folder, 'staging');
  try {
    makeFolders(probe);
    await writeDurably(join(probe, 'probe'), new Uint8Array(1));
    await recoverFromKilledSaves(folder);
  } catch (error) {
    throw notWritable(folder, error, kind.where);
  } finally {
    await rm(probe, { recursive: true, force: true }).catch(() => undefined);
  }
  await requireReplaceable(folder, kind, options.overwrite ?? false);
}

async function requireReplaceable(
  folder: string,
  { where, noun, requireOne }: FolderKind,
  overwrite: boolean,
): Promise<void> {
  if ((await kindOf(folder)) === 'absent') return;
  if (!overwrite) {
    throw new SdmError('destination-exists', `${where}: ${folder} exists; choose another path or pass overwrite: true`);
  }
  try {
    await requireOne(folder);
  } catch (cause) {
    const message = `${where}: ${folder} exists and is no ${noun}, so it is not replaced; remove it yourself or choose another path`;
    throw new SdmError('destination-exists', message, { cause });
  }
}

/** Renames the old folder aside and the new one in; puts the old one back when that fails. */
async function putInPlace(staging: string, folder: string): Promise<void> {
  const previous = siblingPath(folder, 'previous');
  const isReplacing = (await kindOf(folder)) !== 'absent';
  if (isReplacing) await rename(folder, previous);
  try {
    await rename(staging, folder);
  } catch (error) {
    if (isReplacing) await rename(previous, folder);
    throw error;
  }
  await syncFolder(dirname(resolve(folder)));
  if (isReplacing) await rm(previous, { recursive: true, force: true });
}
