import { existsSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and its missing parents, one by one: `mkdir` with `recursive` never returns in Node 20 where the file system answers
 * "no such file" to it, as /proc does. Throws the error of the system.
 */
export function makeFolders(path: string): void {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // somebody else may have made it in the meantime
  }
}

/** What a file is to hold, whole or in pieces, of which one is written before the next one is asked for. */
export type FileContents = string | Uint8Array | Iterable<Uint8Array>;

/** Writes a new file so that after its return the contents survive a power cut. Throws the error of the system, also when the file exists. */
export async function writeDurably(path: string, contents: FileContents): Promise<void> {
  const pieces = typeof contents === 'string' || contents instanceof Uint8Array ? [contents] : contents;
  const file = await open(path, 'wx');
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames inside a folder survive a power cut, where the system can (Windows cannot open folders). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
