import { createPause, SdmError, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { type AdamWOptions, type AdamWState, createAdamWState } from './adamw.js';
import { createOptimizer, readGradients, type UpdatePlace } from './create-optimizer.js';
import { type Decoder, hiddenStates, tokenLogits } from './decoder.js';
import { assignWeight, namedWeights } from './decoder-weights.js';
import { type LossTargets, nextTokenLoss } from './next-token-loss.js';
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
  /** `cpu` steps in double and moves every weight and gradient; `device` steps in float32 and moves none, which GPUs want. @default 'cpu' */
  readonly updateOn?: UpdatePlace;
  /** A captured state to go on from. */
  readonly resume?: TrainingState;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every `checkpointEvery` steps. */
  readonly onCheckpoint?: (state: TrainingState) => void | Promise<void>;
  /** @default 100 */
  readonly checkpointEvery?: number;
  readonly signal?: AbortSignal;
}

/**
 * Trains a decoder by next-token loss. Throws `not-finite` with the step at which the loss left the numbers (that step's update is not
 * made) and `aborted` between steps.
 */
export async function trainDecoder(options: TrainDecoderOptions): Promise<{ state: TrainingState; losses: number[] }> {
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
  const pause = createPause();
  const losses: number[] = [];
  while (optimizer.step < stepCount) {
    throwIfAborted(options.signal, 'trainDecoder');
    const step = optimizer.step;
    const batch = await options.batchAt(step);
    const { value, gradients } = differentiate(decoder, batch);
    const measured = await optimizer.measure(value, gradients);
    const { loss, gradientNorm } = measured;
    const learningRate = schedule(step);
    try {
      requireFiniteLoss(loss, step);
      await measured.update(learningRate);
    } finally {
      measured.dispose();
    }
    losses.push(loss);
    report({ loss, learningRate, gradientNorm }, batch);
    if (options.onCheckpoint && optimizer.step % (options.checkpointEvery ?? 100) === 0) {
      await options.onCheckpoint(await capture(namedWeights(decoder.weights), optimizer));
    }
    await pause();
  }
  return losses;
}

/** The loss of a batch and its gradient by weight name; nothing changes. */
export function lossAndGradients(
  decoder: Decoder,
  batch: TokenBatch,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const { value, gradients } = differentiate(decoder, batch);
  return readGradients(value, gradients);
}

function differentiate(decoder: Decoder, batch: TokenBatch): { value: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const weights = namedWeights(decoder.weights);
  const { value, grads } = tf.variableGrads(() => batchLoss(decoder, batch), [...weights.values()]);
  return { value, gradients: new Map([...weights].map(([name, weight]) => [name, grads[weight.name]!])) };
}

/** The weighted next-token loss of a batch; token logits are made only at places that count. A scalar. */
export function batchLoss(decoder: Decoder, batch: TokenBatch): tf.Scalar {
  return tf.tidy(() => {
    const { rows, columns } = batch;
    requireKnownTokens(batch, decoder.config.vocabularySize);
    const places = weightedPlaces(batch);
    const hidden = hiddenStates(decoder, tf.tensor2d(batch.tokens, [rows, columns], 'int32')); // [rows, columns, width]
    const flat = tf.reshape(hidden, [rows * columns, -1]) as tf.Tensor2D; // [rows * columns, width]
    // The state at place i − 1 predicts the token at place i.
    const before = tf.tensor1d(
      places.map((place) => place - 1),
      'int32',
    );
    const logits = tokenLogits(decoder, tf.gather(flat, before)); // [places, vocabularySize]
    return nextTokenLoss(logits, {
      targets: places.map((place) => batch.tokens[place]!),
      weights: Float32Array.from(places, (place) => batch.weights[place]!),
      ...basesAt(batch, places),
    });
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
function weightedPlaces({ weights, columns }: TokenBatch): Int32Array {
  const places: number[] = [];
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0 && i % columns !== 0) places.push(i);
  return Int32Array.from(places);
}

async function capture(weights: ReadonlyMap<string, tf.Variable>, optimizer: Optimizer): Promise<TrainingState> {
  const values = new Map<string, Float32Array>();
  for (const [name, weight] of weights) values.set(name, ((await weight.data()) as Float32Array).slice());
  return { optimizer: await optimizer.capture(), weights: values };
}

function restore(weights: ReadonlyMap<string, tf.Variable>, { weights: values, optimizer }: TrainingState): void {
  for (const [name, weight] of weights) {
    for (const array of [values.get(name), optimizer.means.get(name), optimizer.variances.get(name)]) {
      if (array?.length === weight.size) continue;
      throw new SdmError(
        'shape-mismatch',
        `trainDecoder: the state to resume has ${array?.length ?? 'no'} numbers for ${name}, this decoder ${weight.size}; resume with the configuration that made it`,
      );
    }
    assignWeight(weight, values.get(name)!);
  }
}

function requireFiniteLoss(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new SdmError(
    'not-finite',
    `trainDecoder: the loss is ${loss} at step ${step}; lower the learning rate, lengthen the warm-up or clip harder`,
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
