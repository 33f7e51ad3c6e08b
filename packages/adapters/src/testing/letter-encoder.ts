import { createMatrix } from '@sdmjs/core';
import { encodeInBatches } from '../encode-in-batches.js';
import type { Encoder } from '../encoder.js';
import { representationOf } from '../representation.js';

/** An encoder for tests: how often each of 26 letters and how many characters there are. `batches` lists what it was asked. */
export async function createLetterEncoder(revision = '1'): Promise<Encoder & { readonly batches: string[][] }> {
  const batches: string[][] = [];
  const batchEncoder = {
    where: 'letter encoder',
    batchSize: 2,
    async encodeBatch(texts: readonly string[]) {
      batches.push([...texts]);
      const counts = createMatrix(texts.length, 27);
      texts.forEach((text, row) => counts.data.set(countLetters(text), 27 * row));
      return counts;
    },
  };
  return {
    batches,
    batchSize: 2,
    representation: await representationOf({
      provider: 'test',
      model: 'letters',
      revision,
      dtype: null,
      pooling: null,
      template: null,
    }),
    encode: (texts, options) => encodeInBatches(batchEncoder, texts, options),
    dispose() {},
  };
}

export function countLetters(text: string): number[] {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => text.toLowerCase().split(letter).length - 1);
  return [...letters, text.length / 8];
}
