import { lstat } from 'node:fs/promises';
import { findPackage } from './siblings.js';

/** Reads a folder again when a save put another one in place meanwhile, so that files of two never meet. */
export async function readSteadily<Contents extends object>(
  folder: string,
  read: (path: string) => Promise<Contents>,
): Promise<Contents> {
  const path = await findPackage(folder);
  const before = await identityOf(path);
  const outcome = await read(path).then(
    (contents) => ({ contents }),
    (error: unknown) => ({ error }),
  );
  if ((await identityOf(path)) !== before) return readSteadily(folder, read);
  if ('error' in outcome) throw outcome.error;
  return outcome.contents;
}

async function identityOf(path: string): Promise<bigint | undefined> {
  const status = await lstat(path, { bigint: true }).catch(() => undefined);
  return status?.ino;
}
