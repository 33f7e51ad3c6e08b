import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { type AttentionContext, causalMask, type LayerCache, selfAttention } from './attention.js';
import { completeConfig, type DecoderConfig } from './config.js';
import {
  createWeights,
  type DecoderWeights,
  initialValues,
  namedWeights,
  type WeightArrays,
  type WeightValues,
} from './decoder-weights.js';
import { feedForward } from './feed-forward.js';
import { rmsNorm } from './rms-norm.js';
import { anglesAt, createRotaryAngles, firstAngles, type RotaryAngles } from './rotary.js';

/** A decoder-only transformer: RMSNorm before each part, rotary positions, gated feed-forward, output head tied to the embedding. */
export interface Decoder {
  readonly config: Required<DecoderConfig>;
  readonly weights: DecoderWeights;
  readonly angles: RotaryAngles;
  dispose(): void;
}

export interface CreateDecoderOptions {
  /** @default 0 */
  readonly seed?: number;
  /** σ of the first embeddings. @default 0.02 */
  readonly embeddingDeviation?: number;
}

/** A decoder with seeded random weights. Throws `out-of-range` for impossible sizes. */
export function createDecoder(config: DecoderConfig, options: CreateDecoderOptions = {}): Decoder {
  const { seed = 0, embeddingDeviation = 0.02 } = options;
  return createDecoderFrom(config, initialValues(config.layerCount, seed, embeddingDeviation));
}

/** A decoder with given weights. */
export function createDecoderFrom(config: DecoderConfig, valuesOf: WeightValues): Decoder {
  const complete = completeConfig(config);
  const weights = createWeights(complete, valuesOf);
  const angles = createRotaryAngles(complete);
  const dispose = () => tf.dispose([...namedWeights(weights).values(), angles.cosine, angles.sine]);
  return { config: complete, weights, angles, dispose };
}

/**
 * A decoder with the weights that a training run kept, under the names of `namedWeights`. Throws `shape-mismatch` where they are those of another
 * configuration, `not-finite` where one is no number.
 */
export function restoreDecoder(config: DecoderConfig, weights: WeightArrays): Decoder {
  return createDecoderFrom(config, (name, shape) => {
    const values = weights.get(name);
    const size = tf.util.sizeFromShape([...shape]);
    if (values?.length !== size) {
      throw new SdmError(
        'shape-mismatch',
        `restoreDecoder: wanted ${size} numbers for ${name}, got ${values?.length ?? 'none'}; give the configuration of the decoder that they were trained from`,
      );
    }
    if (values.every((value) => Number.isFinite(value))) return values.slice();
    throw new SdmError('not-finite', `restoreDecoder: ${name} holds NaN or an infinity`);
  });
}

/**
 * Hidden states `[batch, time, width]` and token logits `[batch, time, vocabularySize]` of whole sequences. `tokens` is int32 `[batch, time]` of
 * ids in the vocabulary, padded on the right if at all.
 */
export function forward(decoder: Decoder, tokens: tf.Tensor2D): { hidden: tf.Tensor3D; tokenLogits: tf.Tensor3D } {
  return tf.tidy(() => {
    const [batch, time] = tokens.shape;
    const hidden = hiddenStates(decoder, tokens); // [batch, time, width]
    const rows = tf.reshape(hidden, [batch * time, -1]) as tf.Tensor2D; // [batch * time, width]
    const logits = tokenLogits(decoder, rows); // [batch * time, vocabularySize]
    return { hidden, tokenLogits: tf.reshape(logits, [batch, time, -1]) as tf.Tensor3D };
  });
}

/** States after the last norm, the input of the output head. `tokens` int32 `[batch, time]` → `[batch, time, width]` */
export function hiddenStates(decoder: Decoder, tokens: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, time] = tokens.shape;
    const { rows } = decodeTokens(decoder, tokens, fromStart(decoder, time)); // [batch * time, width]
    return tf.reshape(rows, [batch, time, -1]) as tf.Tensor3D;
  });
}

/** Token logits of hidden rows: rows · embeddingᵀ · logitScale. `[rows, width]` → `[rows, vocabularySize]` */
export function tokenLogits(decoder: Decoder, rows: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(tf.mul(rows, decoder.config.logitScale), decoder.weights.embedding, false, true));
}

/** Hidden rows `[batch · time, width]`, and what later tokens need of these. */
export type DecodedTokens = { readonly rows: tf.Tensor2D; readonly caches: LayerCache[] };

/** The first pass of cached generation: all prompt tokens at once. `tokens` int32 `[batch, time]`; the caller disposes the results. */
export function prefill(decoder: Decoder, tokens: tf.Tensor2D): DecodedTokens {
  return tf.tidy(() => decodeTokens(decoder, tokens, fromStart(decoder, tokens.shape[1])));
}

/**
 * One more token a row, after `past`. `tokens` and `positions` int32 `[batch]`; `mask` `[batch, 1, 1, slots + 1]` hides the slots of
 * padding. The caller disposes `past` and the results.
 */
export function decodeStep(
  decoder: Decoder,
  step: { tokens: tf.Tensor1D; positions: tf.Tensor1D; mask: tf.Tensor; past: readonly LayerCache[] },
): DecodedTokens {
  return tf.tidy(() =>
    decodeTokens(decoder, tf.reshape(step.tokens, [-1, 1]) as tf.Tensor2D, {
      angles: anglesAt(decoder.angles, step.positions),
      mask: step.mask,
      past: step.past,
    }),
  );
}

type Surroundings = Pick<AttentionContext, 'angles' | 'mask'> & { readonly past?: readonly LayerCache[] };

/** Positions 0 … time − 1, each seeing those up to itself. */
function fromStart({ config, angles }: Decoder, time: number): Surroundings {
  if (time > config.contextLength) {
    throw new SdmError(
      'context-exceeded',
      `decoder: ${time} tokens a sequence, the context is ${config.contextLength}; shorten the sequences`,
    );
  }
  return { angles: firstAngles(angles, time), mask: causalMask(time) };
}

/** The way of a token from id to hidden state. */
function decodeTokens(decoder: Decoder, tokens: tf.Tensor2D, surroundings: Surroundings): DecodedTokens {
  const { config, weights } = decoder;
  const [batch, time] = tokens.shape;
  const { past, angles, mask } = surroundings;
  const caches: LayerCache[] = [];
  const ids = tf.reshape(tokens, [-1]) as tf.Tensor1D; // [batch * time]
  let x: tf.Tensor2D = tf.mul(tf.gather(weights.embedding, ids), config.embeddingScale); // [batch * time, width]
  weights.layers.forEach((layer, index) => {
    const context = { batch, time, headCount: config.headCount, angles, mask, past: past?.[index] };
    const attended = selfAttention(rmsNorm(x, layer.attentionNorm, config.normEpsilon), layer, context);
    caches.push(attended.cache);
    x = tf.add(x, attended.output); // [batch * time, width]
    x = tf.add(x, feedForward(rmsNorm(x, layer.feedForwardNorm, config.normEpsilon), layer)); // [batch * time, width]
  });
  return { rows: rmsNorm(x, weights.finalNorm, config.normEpsilon), caches }; // [batch * time, width]
}
