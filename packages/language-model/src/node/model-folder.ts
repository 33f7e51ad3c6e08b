import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import {
  type FolderKind,
  publishFolder,
  readSteadily,
  type SaveOptions,
  syncFolder,
  writeDurably,
} from '@sdmjs/interchange/node';
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
  options: SaveOptions = {},
): Promise<void> {
  const files = await encodeLanguageModel(model.decoder, model.tokenizer);
  await publishFolder(folder, MODEL, {
    ...options,
    async build(staging) {
      await mkdir(staging);
      for (const [part, name] of PARTS) await writeDurably(join(staging, name), files[part]);
      await syncFolder(staging);
      requireSame(files, await readFiles(staging));
    },
  });
}

/**
 * Reads a model folder. The caller disposes the decoder (or the language model made of it). Throws `not-found`, `bad-format` for a file that is
 * missing or malformed, and what `decodeLanguageModel` throws.
 */
export async function loadLanguageModel(folder: string): Promise<{ decoder: Decoder; tokenizer: Tokenizer }> {
  return decodeLanguageModel(await readSteadily(folder, readFiles));
}

const MODEL: FolderKind = {
  where: 'saveLanguageModel',
  noun: 'model',
  requireOne: async (folder) => void readConfig(new TextDecoder().decode(await readPart(join(folder, 'config.json')))),
};

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

function requireSame(written: LanguageModelFiles, read: LanguageModelFiles): void {
  const isSame =
    written.config === read.config &&
    written.tokenizer === read.tokenizer &&
    written.weights.length === read.weights.length &&
    written.weights.every((byte, i) => byte === read.weights[i]);
  if (!isSame)
    throw new SdmError('not-writable', 'saveLanguageModel: the files read back differ from what was written');
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
