import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import type { PackageFiles } from '../checksums.js';
import { badFormat } from '../fields.js';
import { LARGEST_FILE } from '../json-lines.js';
import { LARGEST_MANIFEST, MANIFEST_FILE, MODEL_FILES } from '../sdmkitmodel/manifest.js';

/**
 * Reads the files of a package; others in the folder are ignored. Throws `not-found`, or `bad-format` at a link, anything but a plain file, or a
 * file that is too large, which is not read.
 */
export async function readPackage(folder: string): Promise<PackageFiles> {
  const kind = await kindOf(folder);
  if (kind === 'absent') throw new SdmError('not-found', `loadModel: there is no ${folder}; check the path`);
  if (kind !== 'folder') throw new SdmError('bad-format', `loadModel: ${folder} is a ${kind}, wanted a folder`);
  const files: Record<string, Uint8Array> = {};
  for (const name of MODEL_FILES) {
    const path = join(folder, name);
    const memberKind = await kindOf(path);
    if (memberKind === 'absent') continue;
    if (memberKind !== 'file') {
      throw new SdmError(
        'bad-format',
        `loadModel: ${path} is a ${memberKind}, wanted a plain file; copy the file itself`,
      );
    }
    const largest = name === MANIFEST_FILE ? LARGEST_MANIFEST : LARGEST_FILE;
    const { size } = await lstat(path);
    if (size > largest) throw badFormat(`loadModel: ${path}`, `at most ${largest} bytes`, size);
    files[name] = await readFile(path);
  }
  return files;
}

/** What stands at a path; links are not followed. */
export async function kindOf(path: string): Promise<'absent' | 'file' | 'folder' | 'link' | 'special file'> {
  try {
    const status = await lstat(path);
    if (status.isSymbolicLink()) return 'link';
    if (status.isDirectory()) return 'folder';
    return status.isFile() ? 'file' : 'special file';
  } catch (error) {
    if (isMissing(error)) return 'absent';
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
