import { createRandom, type Random } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { DecoderConfig } from './config.js';

/** The weights of one block. Matrices are `[input, output]`. */
export interface DecoderLayer {
  /** `[width]` */
  readonly attentionNorm: tf.Variable<tf.Rank.R1>;
  /** `[width, width]`, as `key`, `value` and `output` */
  readonly query: tf.Variable<tf.Rank.R2>;
  readonly key: tf.Variable<tf.Rank.R2>;
  readonly value: tf.Variable<tf.Rank.R2>;
  readonly output: tf.Variable<tf.Rank.R2>;
  /** `[width]` */
  readonly feedForwardNorm: tf.Variable<tf.Rank.R1>;
  /** `[width, feedForwardSize]` */
  readonly gate: tf.Variable<tf.Rank.R2>;
  /** `[width, feedForwardSize]` */
  readonly up: tf.Variable<tf.Rank.R2>;
  /** `[feedForwardSize, width]` */
  readonly down: tf.Variable<tf.Rank.R2>;
}

/** All weights of a decoder; the embedding is also the output head. */
export interface DecoderWeights {
  /** `[vocabularySize, width]` */
  readonly embedding: tf.Variable<tf.Rank.R2>;
  readonly layers: readonly DecoderLayer[];
  /** `[width]` */
  readonly finalNorm: tf.Variable<tf.Rank.R1>;
}

/**
 * Seeded first weights: embeddings normal with σ `embeddingDeviation`, matrices normal with σ 1/√(3·inputs), those that write
 * into the residual stream divided by √(2·layers), gains one.
 */
export function createWeights(
  config: Required<DecoderConfig>,
  seed: number,
  embeddingDeviation: number,
): DecoderWeights {
  const { vocabularySize, width, feedForwardSize, layerCount } = config;
  const random = createRandom(seed);
  const matrix = (inputs: number, outputs: number, factor = 1) =>
    normalMatrix(random, [inputs, outputs], factor / Math.sqrt(3 * inputs));
  const gain = () => tf.tidy(() => tf.variable(tf.ones<tf.Rank.R1>([width])));
  const intoResidual = 1 / Math.sqrt(2 * layerCount);
  return {
    embedding: normalMatrix(random, [vocabularySize, width], embeddingDeviation),
    layers: Array.from({ length: layerCount }, () => ({
      attentionNorm: gain(),
      query: matrix(width, width),
      key: matrix(width, width),
      value: matrix(width, width),
      output: matrix(width, width, intoResidual),
      feedForwardNorm: gain(),
      gate: matrix(width, feedForwardSize),
      up: matrix(width, feedForwardSize),
      down: matrix(feedForwardSize, width, intoResidual),
    })),
    finalNorm: gain(),
  };
}

/** Every weight under the name it has in files (`embedding`, `layers.0.query`, …), in one fixed order. */
export function namedWeights(weights: DecoderWeights): Map<string, tf.Variable> {
  const named = new Map<string, tf.Variable>([['embedding', weights.embedding]]);
  weights.layers.forEach((layer, index) => {
    for (const part of LAYER_PARTS) named.set(`layers.${index}.${part}`, layer[part]);
  });
  return named.set('finalNorm', weights.finalNorm);
}

const LAYER_PARTS = [
  'attentionNorm',
  'query',
  'key',
  'value',
  'output',
  'feedForwardNorm',
  'gate',
  'up',
  'down',
] as const satisfies readonly (keyof DecoderLayer)[];

function normalMatrix(random: Random, shape: [number, number], deviation: number): tf.Variable<tf.Rank.R2> {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => deviation * random.normal());
  return tf.tidy(() => tf.variable(tf.tensor2d(values, shape)));
}
