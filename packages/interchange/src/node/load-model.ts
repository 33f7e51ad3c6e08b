import { lstat } from 'node:fs/promises';
import type { SdmEstimator } from '@sdmjs/estimator';
import type { PackageFiles } from '../checksums.js';
import { decodeModel, type LoadOptions } from '../sdmkitmodel/decode-model.js';
import { readPackage } from './package-folder.js';
import { findPackage } from './siblings.js';

/**
 * Reads a `.sdmkitmodel` folder and checks everything in it. Throws `not-found`, and what `decodeModel` throws.
 * Where a save was killed between its two renames, the old package is read from where it was set aside.
 */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<SdmEstimator> {
  return decodeModel(await readSteadily(folder), options);
}

/** Reads again when a save put another package in place meanwhile, so that files of two packages never meet. */
async function readSteadily(folder: string): Promise<PackageFiles> {
  const path = await findPackage(folder);
  const before = await identityOf(path);
  const files = await readPackage(path).catch((error: unknown) => ({ error }));
  if ((await identityOf(path)) !== before) return readSteadily(folder);
  if ('error' in files) throw files.error;
  return files;
}

async function identityOf(path: string): Promise<bigint | undefined> {
  const status = await lstat(path, { bigint: true }).catch(() => undefined);
  return status?.ino;
}
