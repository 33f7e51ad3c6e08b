import type * as tfjs from '@tensorflow/tfjs-core';

/** Adam's running means of the gradient and of its square. */
export interface AdamMoments {
  readonly mean: tfjs.Variable;
  readonly square: tfjs.Variable;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Moments with these values, else zeros: before the first step. */
export function createMoments(
  tf: typeof tfjs,
  variable: tfjs.Variable,
  values?: { readonly mean: Float32Array; readonly square: Float32Array },
): AdamMoments {
  const moment = (numbers: Float32Array | undefined) =>
    tf.tidy(() =>
      tf.variable(numbers ? tf.tensor(numbers.slice(), variable.shape, 'float32') : tf.zerosLike(variable), false),
    );
  return { mean: moment(values?.mean), square: moment(values?.square) };
}

/**
 * One Adam step of one variable, in place. `tf.train.adam` is not used: it forms 1 − β₂ᵗ in float32, which is off by 1e-5 of its value in the
 * first steps, and adds its ε elsewhere. Call inside a tidy.
 */
export function stepVariable(
  tf: typeof tfjs,
  variable: tfjs.Variable,
  { mean, square, ...update }: AdamMoments & { gradient: tfjs.Tensor; steps: number; learningRate: number },
): void {
  const { gradient, steps, learningRate } = update;
  mean.assign(tf.add(tf.mul(mean, BETA_1), tf.mul(gradient, 1 - BETA_1)));
  square.assign(tf.add(tf.mul(square, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)));
  const step = learningRate / (1 - BETA_1 ** steps);
  const scale = 1 / Math.sqrt(1 - BETA_2 ** steps);
  const denominator = tf.add(tf.mul(tf.sqrt(square), scale), EPSILON);
  variable.assign(tf.sub(variable, tf.div(tf.mul(mean, step), denominator)));
}
