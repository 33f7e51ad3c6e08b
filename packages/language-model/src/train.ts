import { createPause, SdmError, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { type AdamWOptions, type AdamWState, createAdamWState } from './adamw.js';
import { createOptimizer, readGradients, type UpdatePlace } from './create-optimizer.js';
import { type Decoder, hiddenStates, tokenLogits } from './decoder.js';
import { assignWeights, namedWeights, readWeights, requireValuesOf } from './decoder-weights.js';
import { type LossLogarithm, type LossTargets, nextTokenLoss } from './next-token-loss.js';
import type { Optimizer } from './optimizer.js';
import type { LearningRateSchedule } from './schedule.js';
import type { TokenBatch } from './token-batch.js';

/** What `onProgress` hears after each step. */
export interface TrainingProgress {
  /** Steps done. */
  readonly step: number;
  readonly stepCount: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Norm over all weights, before clipping. */
  readonly gradientNorm: number;
  /** Tokens that are not padding, since this call began. */
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

/** Everything a run needs to go on: with the same `batchAt`, a resumed run gives the same weights as an uninterrupted one. */
export interface TrainingState {
  readonly optimizer: AdamWState;
  readonly weights: Map<string, Float32Array>;
}

export interface TrainDecoderOptions {
  /** Its weights change in place. */
  readonly decoder: Decoder;
  /** The batch of a step, 0 ≤ step < stepCount; chance in it should come from the step (see `planBatches`). */
  readonly batchAt: (step: number) => TokenBatch | Promise<TokenBatch>;
  readonly stepCount: number;
  readonly learningRate: number | LearningRateSchedule;
  readonly adamW?: AdamWOptions;
  /** @default 'stable' */
  readonly logarithm?: LossLogarithm;
  /** `cpu` steps in double and moves every weight and gradient; `device` steps in float32 and moves none, which GPUs want. @default 'cpu' */
  readonly updateOn?: UpdatePlace;
  /** A captured state to go on from. */
  readonly resume?: TrainingState;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every `checkpointEvery` steps, where the last batch still has a loss that is a number. */
  readonly onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  /** A count of steps, or whether a checkpoint comes after so many. @default 100 */
  readonly checkpointEvery?: number | ((step: number) => boolean);
  readonly signal?: AbortSignal;
}

/**
 * Trains a decoder by next-token loss. Throws `not-finite` with the step at which the loss, a gradient or a weight left the numbers, after the
 * decoder got the weights of the last checkpoint back, and `aborted` between steps.
 */
export async function trainDecoder(options: TrainDecoderOptions): Promise<{ state: TrainingState; losses: number[] }> {
  const { decoder, onCheckpoint, resume } = options;
  let kept = resume && { step: resume.optimizer.step, weights: resume.weights };
  try {
    return await trainSteps({
      ...options,
      ...(onCheckpoint && {
        async onCheckpoint(state) {
          kept = { step: state.optimizer.step, weights: state.weights };
          await onCheckpoint(state);
        },
      }),
    });
  } catch (cause) {
    if (!SdmError.is(cause, 'not-finite')) throw cause;
    if (kept) assignWeights(namedWeights(decoder.weights), kept.weights);
    const left = kept
      ? `the decoder has the weights of the checkpoint after step ${kept.step} again`
      : 'there was no checkpoint to go back to: pass onCheckpoint, and train a fresh decoder';
    throw new SdmError('not-finite', `${cause.message}; ${left}`, { cause });
  }
}

/** The same without the way back to the last checkpoint. */
export async function trainSteps(options: TrainDecoderOptions): Promise<{ state: TrainingState; losses: number[] }> {
  const { decoder, resume } = options;
  const weights = namedWeights(decoder.weights);
  if (resume) restore(weights, resume);
  const optimizer = createOptimizer(weights, resume?.optimizer ?? createAdamWState(weights), options);
  try {
    const losses = await takeSteps(options, optimizer);
    return { state: await capture(weights, optimizer), losses };
  } finally {
    optimizer.dispose();
  }
}

/** Steps to the last one; returns the loss of each. */
async function takeSteps(options: TrainDecoderOptions, optimizer: Optimizer): Promise<number[]> {
  const { decoder, stepCount } = options;
  const rate = options.learningRate;
  const schedule = typeof rate === 'number' ? () => rate : rate;
  const report = progressReporter(options, optimizer.step);
  const { checkpointEvery: every = 100 } = options;
  const isCheckpoint = typeof every === 'number' ? (step: number) => step % every === 0 : every;
  const pause = createPause();
  const losses: number[] = [];
  while (optimizer.step < stepCount) {
    throwIfAborted(options.signal, 'trainDecoder');
    const step = optimizer.step;
    const batch = await options.batchAt(step);
    const { value, gradients } = differentiate(decoder, () => batchLoss(decoder, batch, options.logarithm));
    const measured = await optimizer.measure(value, gradients);
    const { loss, gradientNorm } = measured;
    const learningRate = schedule(step);
    try {
      requireFinite(loss, 'loss', step);
      await measured.update(learningRate);
    } finally {
      measured.dispose();
    }
    losses.push(loss);
    report({ loss, learningRate, gradientNorm }, batch);
    if (options.onCheckpoint && isCheckpoint(optimizer.step)) {
      const state = await capture(namedWeights(decoder.weights), optimizer);
      requireFinite(await lossOf(decoder, batch, options.logarithm), 'loss after the update', step);
      await options.onCheckpoint(state);
    }
    await pause();
  }
  return losses;
}

/** The loss of a batch and its gradient by weight name; nothing changes. */
export function lossAndGradients(
  decoder: Decoder,
  batch: TokenBatch,
  logarithm: LossLogarithm = 'stable',
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  return valueAndGradients(decoder, () => batchLoss(decoder, batch, logarithm));
}

/** A scalar made of a decoder's weights and its gradient by weight name. */
export async function valueAndGradients(
  decoder: Decoder,
  scalar: () => tf.Scalar,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const { value, gradients } = differentiate(decoder, scalar);
  return readGradients(value, gradients);
}

function differentiate(
  decoder: Decoder,
  scalar: () => tf.Scalar,
): { value: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const weights = namedWeights(decoder.weights);
  const { value, grads } = tf.variableGrads(scalar, [...weights.values()]);
  return { value, gradients: new Map([...weights].map(([name, weight]) => [name, grads[weight.name]!])) };
}

/** The weighted next-token loss of a batch; token logits are made only at places that count. A scalar. */
export function batchLoss(decoder: Decoder, batch: TokenBatch, logarithm: LossLogarithm = 'stable'): tf.Scalar {
  return tf.tidy(() => {
    requireKnownTokens(batch, decoder.config.vocabularySize);
    const places = weightedPlaces(batch);
    return nextTokenLoss(logitsAt(decoder, batch, places), {
      targets: places.map((place) => batch.tokens[place]!),
      weights: Float32Array.from(places, (place) => batch.weights[place]!),
      logarithm,
      ...basesAt(batch, places),
    });
  });
}

/** Token logits that predict the tokens at `places` of a batch. `[places, vocabularySize]` */
export function logitsAt(
  decoder: Decoder,
  { rows, columns, tokens }: Pick<TokenBatch, 'rows' | 'columns' | 'tokens'>,
  places: Int32Array,
): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = hiddenStates(decoder, tf.tensor2d(tokens, [rows, columns], 'int32')); // [rows, columns, width]
    const flat = tf.reshape(hidden, [rows * columns, -1]) as tf.Tensor2D; // [rows * columns, width]
    // The state at place i − 1 predicts the token at place i.
    const before = tf.tensor1d(
      places.map((place) => place - 1),
      'int32',
    );
    return tokenLogits(decoder, tf.gather(flat, before)); // [places, vocabularySize]
  });
}

/** Bases and exponents of places, where a batch has other ones than e and 1. */
function basesAt(
  { lossBases, tokenLosses, columns }: TokenBatch,
  places: Int32Array,
): Pick<LossTargets, 'lossBases' | 'exponents'> {
  const rowBase = (place: number) => lossBases?.[Math.floor(place / columns)] ?? Math.E;
  const baseAt = (place: number) => tokenLosses?.get(place)?.base ?? rowBase(place);
  return {
    ...((lossBases || tokenLosses) && { lossBases: Float32Array.from(places, baseAt) }),
    ...(tokenLosses && { exponents: Float32Array.from(places, (place) => tokenLosses.get(place)?.exponent ?? 1) }),
  };
}

/** Gathering an embedding that is not there gives garbage on some backends. */
function requireKnownTokens({ tokens }: TokenBatch, vocabularySize: number): void {
  const stranger = tokens.find((token) => token < 0 || token >= vocabularySize);
  if (stranger === undefined) return;
  throw new SdmError(
    'out-of-range',
    `trainDecoder: a batch holds token ${stranger}, wanted ids in [0, ${vocabularySize})`,
  );
}

/** Flat indices of the tokens whose loss counts; never those of column 0. */
export function weightedPlaces({ weights, columns }: Pick<TokenBatch, 'weights' | 'columns'>): Int32Array {
  const places: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0 && i % columns !== 0) places.push(i);
  return Int32Array.from(places);
}

async function lossOf(...batch: Parameters<typeof batchLoss>): Promise<number> {
  const loss = batchLoss(...batch);
  const [value] = await loss.data();
  loss.dispose();
  return value!;
}

/** Throws `not-finite` rather than hand over weights that are no numbers. */
async function capture(weights: ReadonlyMap<string, tf.Variable>, optimizer: Optimizer): Promise<TrainingState> {
  const values = await readWeights(weights);
  for (const [name, array] of values) {
    const stray = array.find((value) => !Number.isFinite(value));
    if (stray !== undefined) requireFinite(stray, `update of ${name}`, optimizer.step - 1);
  }
  return { optimizer: await optimizer.capture(), weights: values };
}

function restore(weights: ReadonlyMap<string, tf.Variable>, { weights: values, optimizer }: TrainingState): void {
  for (const arrays of [values, optimizer.means, optimizer.variances]) requireValuesOf(weights, arrays, 'trainDecoder');
  assignWeights(weights, values);
}

function requireFinite(value: number, what: string, step: number): void {
  if (Number.isFinite(value)) return;
  throw new SdmError(
    'not-finite',
    `trainDecoder: the ${what} is ${value} at step ${step}; lower the learning rate, lengthen the warm-up or clip harder`,
  );
}

function progressReporter({ stepCount, onProgress }: TrainDecoderOptions, firstStep: number) {
  const start = performance.now();
  let step = firstStep;
  let tokenCount = 0;
  return (numbers: Pick<TrainingProgress, 'loss' | 'learningRate' | 'gradientNorm'>, batch: TokenBatch) => {
    step += 1;
    tokenCount += batch.tokenCount;
    const seconds = (performance.now() - start) / 1000;
    const secondsLeft = ((stepCount - step) * seconds) / (step - firstStep);
    onProgress?.({ ...numbers, step, stepCount, tokensPerSecond: tokenCount / seconds, secondsLeft });
  };
}
