import { createDecoder, type Decoder } from '../decoder.js';
import { namedWeights } from '../decoder-weights.js';
import type { ContrastiveDocument } from '../fine-tune/contrastive-document.js';
import type { FineTuneOptions } from '../fine-tune/fine-tune-options.js';
import { fineTuneVerified } from '../fine-tune/fine-tune-verified.js';
import { TINY } from './tiny.js';

export const VERDICT = { opening: 19, yes: 20, no: 21 };

export function createToy(): Decoder {
  return createDecoder({ ...TINY, width: 16, vocabularySize: 22 }, { seed: 1, embeddingDeviation: 0.08 });
}

/** Two numbers; the right answer repeats the first, as 7 … 13. */
function documentsOf(name: string, offset: number): ContrastiveDocument[] {
  return Array.from({ length: 49 }, (_, i) => {
    const [a, b] = [i % 7, Math.floor(i / 7)];
    const wrong = (a + 1 + ((i + offset) % 6)) % 7;
    return { id: `${name}${i}`, prompt: [a, b], positive: [7 + a], negative: [7 + wrong] };
  });
}

/** Fine-tuning that takes a second: four steps an epoch. */
export const OPTIONS: Omit<FineTuneOptions, 'decoder'> = {
  trainingSet: documentsOf('t', 0),
  calibrationSet: documentsOf('c', 3),
  verdict: VERDICT,
  epochs: 3,
  batchSize: 16,
  learningRate: 0.01,
  layer: { representationSize: 8, epochs: 3, learningRate: 0.01 },
};

/** The result of a run on a toy of its own, and the weights after it. */
export async function tune(options: Partial<FineTuneOptions> = {}) {
  const decoder = createToy();
  try {
    const result = await fineTuneVerified({ ...OPTIONS, ...options, decoder });
    return { ...result, weights: await valuesOf(decoder) };
  } finally {
    decoder.dispose();
  }
}

export async function valuesOf(decoder: Decoder): Promise<[string, number[]][]> {
  const weights = [...namedWeights(decoder.weights)];
  return Promise.all(
    weights.map(async ([name, weight]): Promise<[string, number[]]> => [name, [...(await weight.data())]]),
  );
}
