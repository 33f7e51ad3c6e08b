import { createRandom, SdmError } from '@sdmjs/core';
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

/** The first values of a weight, by its name and shape. */
export type WeightValues = (name: string, shape: readonly number[]) => Float32Array;

/** Variables for all weights from their values, which are all asked for before the first variable is made. */
export function createWeights(config: Required<DecoderConfig>, valuesOf: WeightValues): DecoderWeights {
  const shapes = weightShapes(config);
  const values = new Map([...shapes].map(([name, shape]) => [name, valuesOf(name, shape)]));
  const variable = <Rank extends tf.Rank>(name: string): tf.Variable<Rank> =>
    tf.tidy(() => tf.variable(tf.tensor(values.get(name)!, shapes.get(name) as tf.ShapeMap[Rank])));
  return {
    embedding: variable('embedding'),
    layers: Array.from({ length: config.layerCount }, (_, index) => ({
      attentionNorm: variable(`layers.${index}.attentionNorm`),
      query: variable(`layers.${index}.query`),
      key: variable(`layers.${index}.key`),
      value: variable(`layers.${index}.value`),
      output: variable(`layers.${index}.output`),
      feedForwardNorm: variable(`layers.${index}.feedForwardNorm`),
      gate: variable(`layers.${index}.gate`),
      up: variable(`layers.${index}.up`),
      down: variable(`layers.${index}.down`),
    })),
    finalNorm: variable('finalNorm'),
  };
}

/** The shape of every weight, in the order of `namedWeights`. */
function weightShapes({ vocabularySize, width, feedForwardSize, layerCount }: Required<DecoderConfig>) {
  const shapes = new Map<string, readonly number[]>([['embedding', [vocabularySize, width]]]);
  const inner: Partial<Record<LayerPart, readonly number[]>> = {
    attentionNorm: [width],
    feedForwardNorm: [width],
    gate: [width, feedForwardSize],
    up: [width, feedForwardSize],
    down: [feedForwardSize, width],
  };
  for (let index = 0; index < layerCount; index++) {
    for (const part of LAYER_PARTS) shapes.set(`layers.${index}.${part}`, inner[part] ?? [width, width]);
  }
  return shapes.set('finalNorm', [width]);
}

/**
 * Seeded first values: embeddings normal with σ `embeddingDeviation`, matrices normal with σ 1/√(3·inputs), those that write into the
 * residual stream divided by √(2·layers), gains one.
 */
export function initialValues(layerCount: number, seed: number, embeddingDeviation: number): WeightValues {
  const random = createRandom(seed);
  return (name, shape) => {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    if (shape.length === 1) return values.fill(1);
    const writesResidual = name.endsWith('.output') || name.endsWith('.down');
    const matrixDeviation = 1 / Math.sqrt(3 * shape[0]! * (writesResidual ? 2 * layerCount : 1));
    const deviation = name === 'embedding' ? embeddingDeviation : matrixDeviation;
    return values.map(() => deviation * random.normal());
  };
}

/** Values of all weights under the names of `namedWeights`. */
export type WeightArrays = ReadonlyMap<string, Float32Array>;

/** Copies of all values. */
export async function readWeights(weights: ReadonlyMap<string, tf.Variable>): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, weight] of weights) values.set(name, ((await weight.data()) as Float32Array).slice());
  return values;
}

/** Gives a weight new values. */
export function assignWeight(weight: tf.Variable, values: Float32Array): void {
  tf.tidy(() => weight.assign(tf.tensor(values, weight.shape)));
}

/** Gives all weights new values. */
export function assignWeights(weights: ReadonlyMap<string, tf.Variable>, values: WeightArrays): void {
  for (const [name, weight] of weights) assignWeight(weight, values.get(name)!);
}

/** Throws `shape-mismatch` unless there are values of the right size for every weight. */
export function requireValuesOf(
  weights: ReadonlyMap<string, tf.Variable>,
  values: ReadonlyMap<string, Float32Array>,
  where: string,
): void {
  for (const [name, weight] of weights) {
    const length = values.get(name)?.length;
    if (length === weight.size) continue;
    throw new SdmError(
      'shape-mismatch',
      `${where}: the state to resume has ${length ?? 'no'} numbers for ${name}, this decoder ${weight.size}; resume with the configuration that made it`,
    );
  }
}

/** Every weight under the name it has in files (`embedding`, `layers.0.query`, …), in one fixed order. */
export function namedWeights(weights: DecoderWeights): Map<string, tf.Variable> {
  const named = new Map<string, tf.Variable>([['embedding', weights.embedding]]);
  weights.layers.forEach((layer, index) => {
    for (const part of LAYER_PARTS) named.set(`layers.${index}.${part}`, layer[part]);
  });
  return named.set('finalNorm', weights.finalNorm);
}

type LayerPart = keyof DecoderLayer;
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
] as const satisfies readonly LayerPart[];
