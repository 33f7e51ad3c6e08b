import type { Encoder } from '@sdmjs/adapters';
import { cacheEncoder, readUniversalSentenceEncoder } from '@sdmjs/adapters/node';
import { createUniversalSentenceEncoder } from '@sdmjs/adapters/universal-sentence-encoder';

/** The encoder of this app with its memory on disk; a TensorFlow.js device must be running. */
export async function openEncoder(cacheFolder: string): Promise<Encoder> {
  const encoder = await createUniversalSentenceEncoder(await readUniversalSentenceEncoder());
  return cacheEncoder({ encoder, folder: cacheFolder });
}
