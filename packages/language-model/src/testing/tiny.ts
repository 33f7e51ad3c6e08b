import type { DecoderConfig } from '../config.js';
import { createDecoder, type Decoder } from '../decoder.js';

/** Sizes at which a test takes milliseconds. */
export const TINY: DecoderConfig = {
  vocabularySize: 11,
  contextLength: 12,
  width: 8,
  layerCount: 2,
  headCount: 2,
  feedForwardSize: 12,
  embeddingScale: 4,
  logitScale: 4 / Math.sqrt(8),
};

export function createTinyDecoder(seed = 1): Decoder {
  return createDecoder(TINY, { seed, embeddingDeviation: 0.3 });
}

/** Sequences over TINY's vocabulary of 3 to 9 tokens. */
export const SEQUENCES = [
  [1, 2, 3, 4, 5, 6, 7],
  [3, 4, 5],
  [9, 1, 2, 3],
  [10, 8, 6, 4, 2, 0, 1, 3, 5],
  [7, 7, 7, 1, 2],
];
