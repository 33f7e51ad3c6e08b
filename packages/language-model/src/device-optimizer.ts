import * as tf from '@tensorflow/tfjs-core';
import { type AdamWConstants, type AdamWOptions, type AdamWState, completeAdamW } from './adamw.js';
import type { Optimizer } from './optimizer.js';

/** Running moments of one weight on the device. */
interface Moments {
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
}

/**
 * AdamW by tensor operations, in float32: weights, gradients and moments stay where they are and one pair of numbers a step comes back.
 * Equal to `applyAdamW` up to rounding.
 */
export function createDeviceOptimizer(
  weights: ReadonlyMap<string, tf.Variable>,
  state: AdamWState,
  options: AdamWOptions | undefined,
): Optimizer {
  const constants = completeAdamW(options);
  const moments = new Map([...weights].map(([name, weight]) => [name, uploadMoments(name, weight, state)]));
  let { step } = state;
  return {
    get step() {
      return step;
    },
    async measure(lossTensor, gradients) {
      const summary = tf.tidy(() => tf.stack([lossTensor, squaredNorm([...gradients.values()])]));
      const [loss, squares] = (await summary.data()) as Float32Array;
      tf.dispose([lossTensor, summary]);
      const gradientNorm = Math.sqrt(squares!);
      return {
        loss: loss!,
        gradientNorm,
        async update(learningRate) {
          step += 1;
          const numbers = stepNumbers(constants, { step, learningRate, gradientNorm });
          tf.tidy(() => {
            const scalars = uploadNumbers(numbers);
            for (const [name, weight] of weights) {
              updateWeight(weight, { ...moments.get(name)!, gradient: gradients.get(name)! }, scalars);
            }
          });
        },
        dispose: () => tf.dispose([...gradients.values()]),
      };
    },
    async capture() {
      const read = (part: keyof Moments) =>
        Promise.all(
          [...moments].map(
            async ([name, pair]) => [name, ((await pair[part].data()) as Float32Array).slice()] as const,
          ),
        );
      return { step, means: new Map(await read('mean')), variances: new Map(await read('variance')) };
    },
    dispose() {
      for (const { mean, variance } of moments.values()) tf.dispose([mean, variance]);
    },
  };
}

function uploadMoments(name: string, weight: tf.Variable, { means, variances }: AdamWState): Moments {
  const upload = (values: Float32Array) =>
    tf.tidy(() => tf.variable(tf.tensor(values.slice(), weight.shape), false)); // a copy: some devices keep the array
  return { mean: upload(means.get(name)!), variance: upload(variances.get(name)!) };
}

/** Σ g² over all gradients, rows first: one sum over a whole matrix keeps one multiprocessor busy and rounds worse. */
function squaredNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  const sums = gradients.map((gradient) => {
    const squares = tf.square(gradient);
    return tf.reshape(tf.sum(gradient.rank > 1 ? tf.sum(squares, -1) : squares), [1]);
  });
  return tf.sum(tf.concat(sums as tf.Tensor1D[]));
}

/** The numbers of one step; a weight is left as kept · w − stepSize · m / (√v + epsilon). */
type StepNumbers = ReturnType<typeof stepNumbers>;

function stepNumbers(
  { beta1, beta2, epsilon, weightDecay, maxGradientNorm }: AdamWConstants,
  { step, learningRate, gradientNorm }: { step: number; learningRate: number; gradientNorm: number },
) {
  const gradientScale = gradientNorm > maxGradientNorm ? maxGradientNorm / gradientNorm : 1;
  const deviationScale = Math.sqrt(1 - beta2 ** step);
  return {
    beta1,
    meanShare: (1 - beta1) * gradientScale,
    beta2,
    varianceShare: (1 - beta2) * gradientScale ** 2,
    stepSize: (learningRate * deviationScale) / (1 - beta1 ** step),
    epsilon: epsilon * deviationScale,
    kept: 1 - learningRate * weightDecay,
  };
}

/** On the device once a step, for all weights. */
function uploadNumbers(numbers: StepNumbers): Record<keyof StepNumbers, tf.Scalar> {
  const entries = Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]);
  return Object.fromEntries(entries) as Record<keyof StepNumbers, tf.Scalar>;
}

function updateWeight(
  weight: tf.Variable,
  { mean, variance, gradient }: Moments & { gradient: tf.Tensor },
  numbers: Record<keyof StepNumbers, tf.Scalar>,
): void {
  tf.tidy(() => {
    mean.assign(tf.add(tf.mul(mean, numbers.beta1), tf.mul(gradient, numbers.meanShare)));
    variance.assign(tf.add(tf.mul(variance, numbers.beta2), tf.mul(tf.square(gradient), numbers.varianceShare)));
    const change = tf.div(tf.mul(mean, numbers.stepSize), tf.add(tf.sqrt(variance), numbers.epsilon));
    weight.assign(tf.sub(weight.rank > 1 ? tf.mul(weight, numbers.kept) : weight, change));
  });
}
