import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { makeFolders, syncFolder, writeDurably } from '@sdmjs/interchange/node';
import type { Decoder } from '../decoder.js';
import { decodeLanguageModel, encodeLanguageModel, type LanguageModelFiles, readConfig } from '../model-files.js';
import type { Tokenizer } from '../tokenizer.js';

/**
 * Writes `config.json`, `tokenizer.json` and `model.safetensors` into a folder; parent folders are made. They are written beside it, flushed, read again
 * and compared, and then renamed into place: at every moment the old model or the new one can be loaded, whole. Throws `destination-exists` unless
 * `overwrite` and a model stands there, or `not-writable`.
 */
export async function saveLanguageModel(
  model: { readonly decoder: Decoder; readonly tokenizer: Tokenizer },
  folder: string,
  options: { /** @default false */ readonly overwrite?: boolean } = {},
): Promise<void> {
  await requireReplaceable(folder, options.overwrite ?? false);
  const files = await encodeLanguageModel(model.decoder, model.tokenizer);
  const staging = sibling(folder, `staging-${crypto.randomUUID()}`);
  try {
    makeFolders(staging);
    for (const [part, name] of PARTS) await writeDurably(join(staging, name), files[part]);
    await requireSame(files, await readFiles(staging));
    await syncFolder(staging);
    await publish(staging, folder);
  } catch (cause) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    throw new SdmError('not-writable', `saveLanguageModel: cannot write ${folder}: ${cause}; choose another path`, {
      cause,
    });
  }
}

/**
 * Reads a model folder. The caller disposes the decoder (or the language model made of it). Throws `not-found`, `bad-format` for a file that is
 * missing or malformed, and what `decodeLanguageModel` throws.
 */
export async function loadLanguageModel(folder: string): Promise<{ decoder: Decoder; tokenizer: Tokenizer }> {
  const previous = sibling(folder, 'previous');
  const isSetAside = !(await isThere(folder)) && (await isThere(previous));
  return decodeLanguageModel(await readFiles(isSetAside ? previous : folder));
}

const PARTS = [
  ['config', 'config.json'],
  ['tokenizer', 'tokenizer.json'],
  ['weights', 'model.safetensors'],
] as const;

async function readFiles(folder: string): Promise<LanguageModelFiles> {
  if (!(await isThere(folder)))
    throw new SdmError('not-found', `loadLanguageModel: there is no ${folder}; check the path`);
  const [config, tokenizer, weights] = await Promise.all(PARTS.map(([, name]) => readPart(join(folder, name))));
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  return { config: text(config), tokenizer: text(tokenizer), weights: weights! };
}

async function readPart(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const wanted = PARTS.map(([, name]) => name).join(', ');
    throw new SdmError('bad-format', `loadLanguageModel: cannot read ${path}; a model folder holds ${wanted}`, {
      cause,
    });
  }
}

/** Renames the old model aside and the new one in; puts the old one back when that fails. */
async function publish(staging: string, folder: string): Promise<void> {
  const previous = sibling(folder, 'previous');
  const isReplacing = await isThere(folder);
  if (isReplacing) {
    await rm(previous, { recursive: true, force: true });
    await rename(folder, previous);
  }
  try {
    await rename(staging, folder);
  } catch (error) {
    if (isReplacing) await rename(previous, folder);
    throw error;
  }
  await syncFolder(dirname(resolve(folder)));
  await rm(previous, { recursive: true, force: true });
}

async function requireReplaceable(folder: string, overwrite: boolean): Promise<void> {
  if (!(await isThere(folder))) return;
  if (!overwrite) {
    throw new SdmError(
      'destination-exists',
      `saveLanguageModel: ${folder} exists; choose another path or pass overwrite: true`,
    );
  }
  try {
    readConfig(new TextDecoder().decode(await readPart(join(folder, 'config.json'))));
  } catch (cause) {
    const message = `saveLanguageModel: ${folder} exists and is no model, so it is not replaced; choose another path`;
    throw new SdmError('destination-exists', message, { cause });
  }
}

async function requireSame(written: LanguageModelFiles, read: LanguageModelFiles): Promise<void> {
  const isSame =
    written.config === read.config &&
    written.tokenizer === read.tokenizer &&
    written.weights.length === read.weights.length &&
    written.weights.every((byte, i) => byte === read.weights[i]);
  if (!isSame)
    throw new SdmError('not-writable', 'saveLanguageModel: the files read back differ from what was written');
}

const sibling = (folder: string, kind: string): string =>
  join(dirname(resolve(folder)), `.${basename(resolve(folder))}.${kind}`);

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
