import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SdmError } from '@sdmjs/core';

/** A model in a folder, for `createTransformersEncoder`. */
export interface LocalModel {
  /** The name of the folder. */
  readonly model: string;
  /** SHA-256 over the names and contents of the files in it, in lowercase hex. */
  readonly revision: string;
  /** For `env.localModelPath` of transformers.js: where the folder lies, with a separator at its end. */
  readonly localModelPath: string;
}

/**
 * What makes the fingerprint of an encoder in a folder depend on its files and not on where it lies. All files are read; links to files are
 * followed. Throws `not-found` where there are none, `not-readable`, and `bad-format` at a link to a folder.
 */
export async function localModel(folder: string): Promise<LocalModel> {
  const path = resolve(folder);
  const hash = createHash('sha256');
  const paths = await filesBelow(path);
  if (paths.length === 0) throw new SdmError('not-found', `localModel: ${folder} holds no files; check the path`);
  for (const file of paths) {
    const digest = await digestOf(file);
    hash.update(JSON.stringify([file.slice(path.length).replaceAll(sep, '/'), digest]));
  }
  const localModelPath = `${dirname(path)}${sep}`;
  return { model: basename(path), revision: hash.digest('hex'), localModelPath };
}

async function digestOf(file: string): Promise<string> {
  const content = createHash('sha256');
  try {
    for await (const piece of createReadStream(file)) content.update(piece as Buffer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SdmError('not-readable', `localModel: cannot read ${file}: ${reason}; copy the folder again`, { cause });
  }
  return content.digest('hex');
}

/** In an order that is the same on every machine. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: Error) => {
    throw new SdmError('not-found', `localModel: cannot read ${folder}: ${cause.message}; check the path`, { cause });
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink() && (await stat(path).catch(() => undefined))?.isDirectory()) {
      throw new SdmError('bad-format', `localModel: ${path} is a link to a folder; put the folder itself there`);
    }
    if (!entry.isDirectory()) paths.push(path);
  }
  return paths.toSorted();
}
