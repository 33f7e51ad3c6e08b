import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import type { PackageFiles } from '../checksums.js';
import { decodeModel } from '../sdmkitmodel/decode-model.js';
import { encodeModel } from '../sdmkitmodel/encode-model.js';
import { readManifest } from '../sdmkitmodel/read-manifest.js';
import { MANIFEST_FILE } from '../sdmkitmodel/manifest.js';
import { makeFolders, syncFolder, writeDurably } from './durable-write.js';
import { kindOf, readPackage } from './package-folder.js';
import { recoverFromKilledSaves, siblingPath } from './siblings.js';

export interface SaveOptions {
  /** Replace a model that stands there. Anything but a model is never replaced. @default false */
  readonly overwrite?: boolean | undefined;
}

/**
 * Writes a `.sdmkitmodel` folder; parent folders are made. The package is built beside its place, flushed to disk, read again and checked, and only
 * then renamed into place: at every moment the old package or the new one can be loaded, whole.
 * Throws `destination-exists`, `not-writable`, and what `loadModel` throws if the estimator itself is unsound; the place is then as it was.
 */
export async function saveModel(estimator: SdmEstimator, folder: string, options: SaveOptions = {}): Promise<void> {
  await requireWritable(folder, options);
  const files = await encodeModel(estimator);
  const staging = siblingPath(folder, 'staging');
  try {
    await writePackage(files, staging);
    await decodeModel(await readPackage(staging));
    await publish(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw SdmError.is(error) ? error : notWritable(folder, error);
  }
}

/**
 * Finds out before any training whether `saveModel` could write there, by making (and removing) a folder beside it.
 * Throws `destination-exists` or `not-writable`.
 */
export async function requireWritable(folder: string, options: SaveOptions = {}): Promise<void> {
  const probe = siblingPath(folder, 'staging');
  try {
    makeFolders(probe);
    await writeDurably(join(probe, 'probe'), new Uint8Array(1));
    await recoverFromKilledSaves(folder);
  } catch (error) {
    throw notWritable(folder, error);
  } finally {
    await rm(probe, { recursive: true, force: true }).catch(() => undefined);
  }
  await requireReplaceable(folder, options.overwrite ?? false);
}

async function requireReplaceable(folder: string, overwrite: boolean): Promise<void> {
  if ((await kindOf(folder)) === 'absent') return;
  if (!overwrite) {
    throw new SdmError(
      'destination-exists',
      `saveModel: ${folder} exists; choose another path or pass overwrite: true`,
    );
  }
  try {
    const files = await readPackage(folder);
    readManifest(files[MANIFEST_FILE] ?? new Uint8Array());
  } catch (cause) {
    const message = `saveModel: ${folder} exists and is no model, so it is not replaced; remove it yourself or choose another path`;
    throw new SdmError('destination-exists', message, { cause });
  }
}

async function writePackage(files: PackageFiles, folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeDurably(join(folder, name), bytes);
  await syncFolder(folder);
}

/** Renames the old package aside and the new one in; puts the old one back when that fails. */
async function publish(staging: string, folder: string): Promise<void> {
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

function notWritable(folder: string, cause: unknown): SdmError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SdmError('not-writable', `saveModel: cannot write ${folder}: ${reason}; choose a path you may write to`, {
    cause,
  });
}
