import { createPause, SdmError, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { type AdamWOptions, type AdamWState, applyAdamW, createAdamWState } from './adamw.js';
import { type Decoder, hiddenStates, tokenLogits } from './decoder.js';
import { assignWeights, namedWeights, readWeights, requireValuesOf } from './decoder-weights.js';
import { type LossLogarithm, type LossTargets, nextTokenLoss } from './next-token-loss.js';
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
  const { decoder, stepCount, resume } = options;
  const weights = namedWeights(decoder.weights);
  if (resume) restore(weights, resume);
  const optimizer = resume ? copyOptimizer(resume.optimizer) : createAdamWState(weights);
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
    const { loss, gradients } = await lossAndGradients(decoder, batch, options.logarithm);
    requireFinite(loss, 'loss', step);
    const learningRate = schedule(step);
    const update = { state: optimizer, learningRate, options: options.adamW };
    const gradientNorm = await applyAdamW(weights, gradients, update);
    losses.push(loss);
    report({ loss, learningRate, gradientNorm }, batch);
    if (options.onCheckpoint && isCheckpoint(optimizer.step)) {
      const state = await capture(weights, optimizer);
      requireFinite(await lossOf(decoder, batch, options.logarithm), 'loss after the update', step);
      await options.onCheckpoint(state);
    }
    await pause();
  }
  return { state: await capture(weights, optimizer), losses };
}

/** The loss of a batch and its gradient by weight name; nothing changes. */
export async function lossAndGradients(
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
  const weights = namedWeights(decoder.weights);
  const { value, grads } = tf.variableGrads(scalar, [...weights.values()]);
  const loss = (await value.data())[0]!;
  const gradients = new Map<string, Float32Array>();
  for (const [name, weight] of weights) gradients.set(name, (await grads[weight.name]!.data()) as Float32Array);
  tf.dispose([value, grads]);
  return { loss, gradients };
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
async function capture(weights: ReadonlyMap<string, tf.Variable>, optimizer: AdamWState): Promise<TrainingState> {
  const values = await readWeights(weights);
  for (const [name, array] of values) {
    const stray = array.find((value) => !Number.isFinite(value));
    if (stray !== undefined) requireFinite(stray, `update of ${name}`, optimizer.step - 1);
  }
  return { optimizer: copyOptimizer(optimizer), weights: values };
}

function copyOptimizer({ step, means, variances }: AdamWState): AdamWState {
  const copy = (arrays: Map<string, Float32Array>) =>
    new Map([...arrays].map(([name, array]) => [name, array.slice()]));
  return { step, means: copy(means), variances: copy(variances) };
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
