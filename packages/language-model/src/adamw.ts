import { SdmError } from '@sdmjs/core';
import type * as tf from '@tensorflow/tfjs-core';
import { assignWeight } from './decoder-weights.js';

/** Constants of AdamW (Loshchilov & Hutter, arXiv 1711.05101). */
export interface AdamWOptions {
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
  /** Share of each matrix (embeddings too, norm gains not) taken off at learning rate 1. @default 0.01 */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this norm over all weights; `Infinity` leaves them. @default 1 */
  readonly maxGradientNorm?: number;
}

/** Every constant given. */
export type AdamWConstants = Required<AdamWOptions>;

/** Constants with their defaults. */
export function completeAdamW(options: AdamWOptions = {}): AdamWConstants {
  return { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1, ...options };
}

/** Running moments by weight name, and how many updates they have seen. */
export interface AdamWState {
  step: number;
  readonly means: Map<string, Float32Array>;
  readonly variances: Map<string, Float32Array>;
}

/** The state before the first update. */
export function createAdamWState(weights: ReadonlyMap<string, tf.Variable>): AdamWState {
  const zeros = () => new Map([...weights].map(([name, weight]) => [name, new Float32Array(weight.size)]));
  return { step: 0, means: zeros(), variances: zeros() };
}

export function copyAdamWState({ step, means, variances }: AdamWState): AdamWState {
  const copy = (arrays: Map<string, Float32Array>) =>
    new Map([...arrays].map(([name, array]) => [name, array.slice()]));
  return { step, means: copy(means), variances: copy(variances) };
}

/** The L2 norm over all gradients together. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  return Math.sqrt(sum);
}

/** One element-wise pass over one weight: moments in `mean` and `variance` and the values in `weight` change in place. */
export function adamWPass(
  arrays: { weight: Float32Array; gradient: Float32Array; mean: Float32Array; variance: Float32Array },
  step: number,
  constants: Omit<AdamWConstants, 'maxGradientNorm'> & { learningRate: number; gradientScale: number },
): void {
  const { weight, gradient, mean, variance } = arrays;
  const { beta1, beta2, epsilon, weightDecay, learningRate, gradientScale } = constants;
  const stepSize = learningRate / (1 - beta1 ** step);
  const varianceScale = 1 / (1 - beta2 ** step);
  const kept = 1 - learningRate * weightDecay;
  for (let i = 0; i < weight.length; i++) {
    const g = gradient[i]! * gradientScale;
    const m = beta1 * mean[i]! + (1 - beta1) * g;
    const v = beta2 * variance[i]! + (1 - beta2) * g * g;
    mean[i] = m;
    variance[i] = v;
    weight[i] = kept * weight[i]! - (stepSize * m) / (Math.sqrt(v * varianceScale) + epsilon);
  }
}

/**
 * Updates every weight from its gradient, on the CPU (one pass over typed arrays; a dozen small tensor operations a weight cost more), and
 * counts the step. Returns the norm of the gradients before clipping; throws `not-finite`, with nothing changed, where that is none.
 */
export async function applyAdamW(
  weights: ReadonlyMap<string, tf.Variable>,
  gradients: ReadonlyMap<string, Float32Array>,
  update: {
    state: AdamWState;
    learningRate: number;
    options?: AdamWOptions | undefined;
  },
): Promise<number> {
  const { state, learningRate } = update;
  const { maxGradientNorm, weightDecay, ...rest } = completeAdamW(update.options);
  const constants = { ...rest, learningRate };
  const gradientNorm = globalNorm(gradients.values());
  requireFiniteNorm(gradientNorm, state.step);
  const gradientScale = gradientNorm > maxGradientNorm ? maxGradientNorm / gradientNorm : 1;
  state.step += 1;
  const values = await Promise.all(Array.from(weights.values(), (variable) => variable.data()));
  for (const [i, [name, variable]] of [...weights].entries()) {
    const weight = values[i] as Float32Array;
    const arrays = {
      weight: weight.slice(),
      gradient: gradients.get(name)!,
      mean: state.means.get(name)!,
      variance: state.variances.get(name)!,
    };
    adamWPass(arrays, state.step, {
      ...constants,
      gradientScale,
      weightDecay: variable.rank > 1 ? weightDecay : 0,
    });
    assignWeight(variable, arrays.weight);
  }
  return gradientNorm;
}

/** Throws `not-finite` where there is no update: nothing must have changed yet. */
export function requireFiniteNorm(gradientNorm: number, step: number): void {
  if (Number.isFinite(gradientNorm)) return;
  throw new SdmError(
    'not-finite',
    `applyAdamW: the norm of the gradients is ${gradientNorm} at step ${step}; lower the learning rate or lengthen the warm-up`,
  );
}
