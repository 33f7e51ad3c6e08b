import { join } from 'node:path';
import { fingerprintOf, matrixFromRows, rowOf, throwIfAborted } from '@sdmjs/core';
import { makeFolders, notWritable } from '@sdmjs/interchange/node';
import { requireBatchSize, requireTexts } from '../encode-in-batches.js';
import type { EncodeOptions, Encoder } from '../encoder.js';
import { readEntry, writeEntry } from './entry-file.js';

export interface CacheOptions {
  /** Disposed with the cache. */
  readonly encoder: Encoder;
  /** Where rows are kept, in a folder for each fingerprint; made where it is missing. Several processes may share it. */
  readonly folder: string;
}

/** So many digits of a key name its folder: 256 of them, so that none gets slow to list. */
const PREFIX_LENGTH = 2;
const READS_AT_A_TIME = 64;

/**
 * The same encoder with a memory on disk: a text is encoded once for each fingerprint, and what was encoded before a stop is kept. An entry
 * that is damaged is encoded again. Throws what the encoder throws, and `not-writable`.
 */
export function cacheEncoder({ encoder, folder }: CacheOptions): Encoder {
  const { representation, batchSize } = encoder;
  const home = join(folder, representation.fingerprint);

  async function pathOf(text: string): Promise<string> {
    const key = await fingerprintOf([text]);
    return join(home, key.slice(0, PREFIX_LENGTH), key);
  }

  return {
    representation,
    batchSize,
    async encode(texts, options = {}) {
      requireBatchSize(options.batchSize ?? batchSize, 'cacheEncoder');
      requireTexts(texts, 'cacheEncoder');
      const rows = new Map<string, Float32Array>();
      const missing = await readKnown(texts, { rows, pathOf, signal: options.signal });
      const completedOf = countTexts(texts);
      const fromCache = completedOf(rows.keys());
      if (missing.length < texts.length) options.onProgress?.({ completed: fromCache, total: texts.length, fromCache });
      let completed = fromCache;
      await encodeMissing(encoder, missing, options, async (batch, encoded) => {
        await Promise.all(batch.map(async (text, i) => keep(await pathOf(text), encoded[i]!)));
        batch.forEach((text, i) => rows.set(text, encoded[i]!));
        completed += completedOf(batch);
        options.onProgress?.({ completed, total: texts.length, fromCache });
      });
      return matrixFromRows(texts.map((text) => rows.get(text)!));
    },
    dispose: () => encoder.dispose(),
  };
}

/** Fills `rows` with what is in the cache; returns the other texts, each once. */
async function readKnown(
  texts: readonly string[],
  {
    rows,
    pathOf,
    signal,
  }: {
    readonly rows: Map<string, Float32Array>;
    readonly pathOf: (text: string) => Promise<string>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<string[]> {
  const distinct = [...new Set(texts)];
  for (let start = 0; start < distinct.length; start += READS_AT_A_TIME) {
    throwIfAborted(signal, 'cacheEncoder');
    const some = distinct.slice(start, start + READS_AT_A_TIME);
    const found = await Promise.all(some.map(async (text) => readEntry(await pathOf(text))));
    found.forEach((row, i) => row && rows.set(some[i]!, row));
  }
  return distinct.filter((text) => !rows.has(text));
}

/** Batch by batch, so that every batch is kept before the next one is begun. */
async function encodeMissing(
  encoder: Encoder,
  missing: readonly string[],
  { batchSize = encoder.batchSize, signal }: EncodeOptions,
  onBatch: (batch: readonly string[], rows: readonly Float32Array[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < missing.length; start += batchSize) {
    const batch = missing.slice(start, start + batchSize);
    const encoded = await encoder.encode(batch, { batchSize, signal });
    await onBatch(
      batch,
      batch.map((_, i) => rowOf(encoded, i).slice()),
    );
  }
  throwIfAborted(signal, 'cacheEncoder');
}

async function keep(path: string, row: Float32Array): Promise<void> {
  try {
    makeFolders(join(path, '..'));
  } catch (cause) {
    throw notWritable(path, cause, 'cacheEncoder');
  }
  await writeEntry(path, row);
}

/** How many of all texts, repeated ones included, are among these. */
function countTexts(texts: readonly string[]): (some: Iterable<string>) => number {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return (some) => [...some].reduce((total, text) => total + counts.get(text)!, 0);
}
