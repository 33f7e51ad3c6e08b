import { createReadStream, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Encoder } from '@sdmjs/adapters';
import { createTransformersEncoder, type Pipeline } from '@sdmjs/adapters/transformers';
import type { EncoderOptions } from './encoder-options.js';
import { requirePackages } from './require-packages.js';

const PACKAGE = '@huggingface/transformers';

interface Transformers {
  readonly pipeline: Pipeline;
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
}

/**
 * Opens a model of the hub, or a folder where there is one of that name: then nothing is asked of the network, and the revision is a digest of
 * the folder's files, so that the fingerprint does not depend on where the folder lies.
 */
export async function openTransformersEncoder(
  options: Omit<EncoderOptions, 'template'> & { readonly template: string | undefined },
): Promise<Encoder> {
  const { model = '', revision, ...rest } = options;
  requirePackages(options.encoder, [PACKAGE]);
  // The cast keeps the compiler from looking for a package that need not be installed here.
  const { pipeline, env } = (await import(PACKAGE as string)) as Transformers;
  const folder = resolve(model);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return createTransformersEncoder({ ...rest, pipeline, model, revision });
  }
  env.allowRemoteModels = false;
  env.localModelPath = `${dirname(folder)}${sep}`;
  const digest = revision ?? (await digestOf(folder));
  return createTransformersEncoder({ ...rest, pipeline, model: basename(folder), revision: digest });
}

/** SHA-256 over the names and contents of all files below a folder. */
async function digestOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const path of paths.sort()) {
    const content = createHash('sha256');
    for await (const piece of createReadStream(path)) content.update(piece as Buffer);
    hash.update(JSON.stringify([path.slice(folder.length).replaceAll(sep, '/'), content.digest('hex')]));
  }
  return hash.digest('hex');
}
