import type { Random } from '@sdmjs/core';
import type { DecoderConfig } from '../config.js';
import type { UpdatePlace } from '../create-optimizer.js';
import { createDecoder } from '../decoder.js';
import { createTokenBatch } from '../token-batch.js';
import { trainDecoder } from '../train.js';

/** Sizes that benchmarks share. */
export const DECODER_SIZES = {
  small: { vocabularySize: 600, contextLength: 128, width: 48, layerCount: 2, headCount: 4, feedForwardSize: 128 },
  large: { vocabularySize: 1024, contextLength: 128, width: 128, layerCount: 4, headCount: 4, feedForwardSize: 344 },
} satisfies Record<string, DecoderConfig>;

export interface TimedSteps {
  /** Of each step but the first two, which compile and fill caches; of the last one where there are no more. */
  readonly milliseconds: readonly number[];
  readonly losses: readonly number[];
  readonly weightCount: number;
}

const WARM_UPS = 2;

/** Trains a decoder on one batch of `rows` sequences of `columns` tokens, drawn from `random`, on the backend of the moment. Benchmarks import it as `@sdmjs/language-model/testing`. */
export async function timeDecoderSteps({
  config,
  random,
  rows = 8,
  columns = 128,
  stepCount,
  updateOn = 'cpu',
}: {
  readonly config: DecoderConfig;
  readonly random: Random;
  readonly rows?: number;
  readonly columns?: number;
  readonly stepCount: number;
  readonly updateOn?: UpdatePlace;
}): Promise<TimedSteps> {
  const sequence = () => ({
    tokens: Int32Array.from({ length: columns }, () => Math.floor(random.uniform(0, config.vocabularySize))),
  });
  const batch = createTokenBatch(Array.from({ length: rows }, sequence));
  const decoder = createDecoder(config, { seed: 1 });
  const times: number[] = [];
  let last = performance.now();
  const { losses, state } = await trainDecoder({
    decoder,
    batchAt: () => batch,
    stepCount,
    learningRate: 1e-3,
    updateOn,
    onProgress: () => {
      times.push(performance.now() - last);
      last = performance.now();
    },
  });
  decoder.dispose();
  const milliseconds = times.length > WARM_UPS ? times.slice(WARM_UPS) : times.slice(-1);
  return {
    milliseconds,
    losses,
    weightCount: [...state.weights.values()].reduce((sum, { length }) => sum + length, 0),
  };
}
