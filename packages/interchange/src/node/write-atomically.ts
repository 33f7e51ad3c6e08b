import { rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type FileContents, syncFolder, writeDurably } from './durable-write.js';

/** Writes a file so that a killed process leaves the old one or the new one. Throws the error of the file system. */
export async function writeAtomically(path: string, contents: FileContents): Promise<void> {
  const sibling = `${path}.${crypto.randomUUID()}`;
  try {
    await writeDurably(sibling, contents);
    await rename(sibling, path);
  } catch (error) {
    await rm(sibling, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(resolve(path)));
}
