import * as tf from '@tensorflow/tfjs-core';
import { type AdamWOptions, type AdamWState, applyAdamW, copyAdamWState, globalNorm } from './adamw.js';
import { createDeviceOptimizer } from './device-optimizer.js';
import type { Optimizer } from './optimizer.js';

/** Where AdamW runs. */
export type UpdatePlace = 'cpu' | 'device';

/** An optimiser that starts from `state`, which it copies. */
export function createOptimizer(
  weights: ReadonlyMap<string, tf.Variable>,
  state: AdamWState,
  { updateOn = 'cpu', adamW }: { updateOn?: UpdatePlace | undefined; adamW?: AdamWOptions | undefined },
): Optimizer {
  if (updateOn === 'device') return createDeviceOptimizer(weights, state, adamW);
  return createCpuOptimizer(weights, copyAdamWState(state), adamW);
}

function createCpuOptimizer(
  weights: ReadonlyMap<string, tf.Variable>,
  state: AdamWState,
  options: AdamWOptions | undefined,
): Optimizer {
  return {
    get step() {
      return state.step;
    },
    async measure(lossTensor, tensors) {
      const { loss, gradients } = await readGradients(lossTensor, tensors);
      return {
        loss,
        gradientNorm: globalNorm(gradients.values()),
        update: async (learningRate) => void (await applyAdamW(weights, gradients, { state, learningRate, options })),
        dispose() {},
      };
    },
    capture: async () => copyAdamWState(state),
    dispose() {},
  };
}

/** A loss and gradients as numbers; frees the tensors. All are asked for before the first has come. */
export async function readGradients(
  loss: tf.Scalar,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const [values, ...arrays] = await Promise.all([loss, ...tensors.values()].map((tensor) => tensor.data()));
  const gradients = new Map([...tensors.keys()].map((name, i) => [name, arrays[i] as Float32Array]));
  const result = { loss: values![0]!, gradients };
  tf.dispose([loss, ...tensors.values()]);
  return result;
}
