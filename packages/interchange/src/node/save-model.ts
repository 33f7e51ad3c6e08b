import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SdmEstimator } from '@sdmjs/estimator';
import type { PackageFiles } from '../checksums.js';
import { decodeModel } from '../sdmkitmodel/decode-model.js';
import { type EncodeOptions, encodeModel } from '../sdmkitmodel/encode-model.js';
import { MANIFEST_FILE } from '../sdmkitmodel/manifest.js';
import { readManifest } from '../sdmkitmodel/read-manifest.js';
import { syncFolder, writeDurably } from './durable-write.js';
import { readPackage } from './package-folder.js';
import { type FolderKind, publishFolder, requireFolderWritable, type SaveOptions } from './publish-folder.js';

const MODEL: FolderKind = {
  where: 'saveModel',
  noun: 'model',
  async requireOne(folder) {
    const files = await readPackage(folder);
    readManifest(files[MANIFEST_FILE] ?? new Uint8Array());
  },
};

/**
 * Writes a `.sdmkitmodel` folder; parent folders are made. The package is built beside its place, flushed to disk, read again and checked, and only
 * then renamed into place: at every moment the old package or the new one can be loaded, whole.
 * Throws `destination-exists`, `not-writable`, `out-of-range` where there is more than files hold, and what `loadModel` throws if the estimator itself is unsound; the place is then as it was.
 */
export async function saveModel(
  estimator: SdmEstimator,
  folder: string,
  options: SaveOptions & EncodeOptions = {},
): Promise<void> {
  await publishFolder(folder, MODEL, {
    ...options,
    async build(staging) {
      await writePackage(await encodeModel(estimator, options), staging);
      await decodeModel(await readPackage(staging));
    },
  });
}

/**
 * Finds out before any training whether `saveModel` could write there, by making (and removing) a folder beside it.
 * Throws `destination-exists` or `not-writable`.
 */
export async function requireWritable(folder: string, options: SaveOptions = {}): Promise<void> {
  await requireFolderWritable(folder, MODEL, options);
}

/** Makes a folder of these files, flushed to disk. */
export async function writePackage(files: PackageFiles, folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeDurably(join(folder, name), bytes);
  await syncFolder(folder);
}
