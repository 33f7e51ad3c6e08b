import * as tf from '@tensorflow/tfjs-core';
import { type AdamWConstants, type AdamWOptions, type AdamWState, completeAdamW, requireFiniteNorm } from './adamw.js';
import { flattened, type FlatGroup, groupWeights, joinedOf, partsOf } from './flat-groups.js';
import type { Optimizer } from './optimizer.js';

/** Running moments of a group on the device. `[size]` */
interface Moments {
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
}

/**
 * AdamW by tensor operations, in float32: weights, gradients and moments stay where they are and one pair of numbers a step comes back.
 * Weights are joined into a few vectors first, because on a GPU the number of operations counts. Equal to `applyAdamW` up to rounding.
 */
export function createDeviceOptimizer(
  weights: ReadonlyMap<string, tf.Variable>,
  state: AdamWState,
  options: AdamWOptions | undefined,
): Optimizer {
  const constants = completeAdamW(options);
  const groups = groupWeights(weights);
  const moments = groups.map((group) => uploadMoments(group, state));
  let { step } = state;
  return {
    get step() {
      return step;
    },
    async measure(lossTensor, gradients) {
      const { flat, summary } = tf.tidy(() => {
        const flat = groups.map((group) => joinedOf(group, gradients));
        return { flat, summary: tf.stack([lossTensor, squaredNorm(flat)]) };
      });
      tf.dispose([lossTensor, ...gradients.values()]);
      const [loss, squares] = (await summary.data()) as Float32Array;
      summary.dispose();
      const gradientNorm = Math.sqrt(squares!);
      return {
        loss: loss!,
        gradientNorm,
        async update(learningRate) {
          requireFiniteNorm(gradientNorm, step);
          step += 1;
          const numbers = stepNumbers(constants, { step, learningRate, gradientNorm });
          groups.forEach((group, i) =>
            updateGroup(group, { ...moments[i]!, gradient: flat[i]! }, { weights, numbers }),
          );
        },
        dispose: () => tf.dispose(flat),
      };
    },
    async capture() {
      const read = async (part: keyof Moments) => {
        const arrays = await Promise.all(moments.map((pair) => pair[part].data()));
        return new Map(groups.flatMap((group, i) => partsOf(group, arrays[i] as Float32Array)));
      };
      return { step, means: await read('mean'), variances: await read('variance') };
    },
    dispose() {
      for (const { mean, variance } of moments) tf.dispose([mean, variance]);
      for (const { padding } of groups) padding.dispose();
    },
  };
}

function uploadMoments(group: FlatGroup, { means, variances }: AdamWState): Moments {
  const upload = (values: ReadonlyMap<string, Float32Array>) =>
    tf.tidy(() => tf.variable(tf.tensor1d(flattened(group, values)), false));
  return { mean: upload(means), variance: upload(variances) };
}

/** Σ x² in two steps: a single sum over millions keeps one multiprocessor busy and rounds worse. */
function squaredNorm(vectors: readonly tf.Tensor1D[]): tf.Scalar {
  const sums = vectors.map((vector) => tf.sum(tf.sum(tf.square(tf.reshape(vector, [-1, ROW])), 1)));
  return tf.sum(tf.stack(sums));
}

/** Divides the size of every group. */
const ROW = 1024;

/** A weight becomes kept · w − stepSize · m / (√v + epsilon), the corrections of both moments moved into the constants. */
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

function updateGroup(
  group: FlatGroup,
  { mean, variance, gradient }: Moments & { gradient: tf.Tensor },
  { weights, numbers }: { weights: ReadonlyMap<string, tf.Variable>; numbers: StepNumbers },
): void {
  tf.tidy(() => {
    mean.assign(tf.add(tf.mul(mean, numbers.beta1), tf.mul(gradient, numbers.meanShare)));
    variance.assign(tf.add(tf.mul(variance, numbers.beta2), tf.mul(tf.square(gradient), numbers.varianceShare)));
    const change = tf.div(tf.mul(mean, numbers.stepSize), tf.add(tf.sqrt(variance), numbers.epsilon));
    const present = joinedOf(group, weights); // [size]
    const next: tf.Tensor1D = tf.sub(group.decays ? tf.mul(present, numbers.kept) : present, change);
    for (const { name, start, size } of group.members) {
      const weight = weights.get(name)!;
      weight.assign(tf.reshape(tf.slice(next, start, size), weight.shape));
    }
  });
}
