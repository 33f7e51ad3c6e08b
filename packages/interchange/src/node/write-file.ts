import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { syncFolder } from './durable-write.js';
import { notWritable } from './not-writable.js';
import { kindOf } from './package-folder.js';

/**
 * Writes a file piece by piece beside its place, flushes it to disk and renames it into place: the old file stays whole until the new one is.
 * Devices and pipes are written to as they are. Throws `not-writable`; whatever `pieces` throws passes through, and the old file stays.
 */
export async function writeFileAtomically(
  path: string,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const isPlain = await isPlainOrAbsent(path);
  const staged = isPlain ? stagingPath(path) : path;
  try {
    const file = await open(staged, isPlain ? 'wx' : 'w').catch((error: unknown) => {
      throw notWritable(path, error);
    });
    try {
      for await (const piece of pieces) {
        await file.writeFile(piece).catch((error: unknown) => {
          throw notWritable(path, error);
        });
      }
      if (isPlain) await file.sync();
    } finally {
      await file.close();
    }
    if (isPlain) await rename(staged, path);
  } catch (error) {
    if (isPlain) await rm(staged, { force: true }).catch(() => undefined);
    throw SdmError.is(error) || !isSystemError(error) ? error : notWritable(path, error);
  }
  if (isPlain) await syncFolder(dirname(resolve(path)));
}

/** Finds out before any work whether `writeFileAtomically` could write there. Throws `not-writable`. */
export async function requireWritableFile(path: string): Promise<void> {
  if (!(await isPlainOrAbsent(path))) return;
  const probe = stagingPath(path);
  try {
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    throw notWritable(path, error);
  }
}

async function isPlainOrAbsent(path: string): Promise<boolean> {
  const kind = await kindOf(path);
  if (kind === 'folder') throw notWritable(path, new Error('it is a folder'));
  // A link is followed: /dev/stdout is one, and so may be the file that somebody wants kept where it is.
  return kind === 'absent' || kind === 'file';
}

function stagingPath(path: string): string {
  return `${resolve(path)}.${crypto.randomUUID().slice(0, 8)}.part`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
