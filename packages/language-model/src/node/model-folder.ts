import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import type { Decoder } from '../decoder.js';
import { decodeLanguageModel, encodeLanguageModel, type LanguageModelFiles } from '../model-files.js';
import type { Tokenizer } from '../tokenizer.js';
import { renameDurably, syncParent, writeDurably } from './write-durably.js';

/**
 * Writes `config.json`, `tokenizer.json` and `model.safetensors` into a folder: first beside it, synced, then renamed, so that a killed process leaves
 * no half-written model. Throws `destination-exists` unless `overwrite`.
 */
export async function saveLanguageModel(
  model: { readonly decoder: Decoder; readonly tokenizer: Tokenizer },
  folder: string,
  options: { /** @default false */ readonly overwrite?: boolean } = {},
): Promise<void> {
  const target = resolve(folder);
  const exists = await isThere(target);
  if (exists && !options.overwrite) {
    throw new SdmError('destination-exists', `saveLanguageModel: ${folder} exists; remove it or pass overwrite`);
  }
  const files = await encodeLanguageModel(model.decoder, model.tokenizer);
  const sibling = join(dirname(target), `.${basename(target)}-${crypto.randomUUID()}`);
  await mkdir(sibling, { recursive: true });
  try {
    for (const [field, name] of FILES) await writeDurably(join(sibling, name), files[field]);
    await syncParent(join(sibling, 'config.json'));
  } catch (error) {
    await rm(sibling, { recursive: true, force: true });
    throw error;
  }
  const old = `${sibling}-old`;
  if (exists) await rename(target, old);
  await renameDurably(sibling, target);
  if (exists) await rm(old, { recursive: true });
}

/**
 * Reads a model folder. The caller disposes the decoder (or the language model made of it). Throws `bad-format` for a missing or malformed file, and
 * what `decodeLanguageModel` throws.
 */
export async function loadLanguageModel(folder: string): Promise<{ decoder: Decoder; tokenizer: Tokenizer }> {
  const [config, tokenizer, weights] = await Promise.all(FILES.map(([, name]) => readPart(join(folder, name))));
  const files: LanguageModelFiles = {
    config: new TextDecoder().decode(config),
    tokenizer: new TextDecoder().decode(tokenizer),
    weights: weights!,
  };
  return decodeLanguageModel(files);
}

const FILES = [
  ['config', 'config.json'],
  ['tokenizer', 'tokenizer.json'],
  ['weights', 'model.safetensors'],
] as const;

async function readPart(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new SdmError(
      'bad-format',
      `loadLanguageModel: cannot read ${path}; a model folder holds ${FILES.map(([, name]) => name).join(', ')}`,
      { cause },
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
