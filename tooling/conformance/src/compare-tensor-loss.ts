import { sdmLoss } from '@sdmjs/activation/tensor';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { ActivationCase } from './references.js';
import { type Comparison, createTally } from './tally.js';

/** The mean loss as TensorFlow.js computes it on its CPU backend, and its gradient by automatic differentiation. */
export async function compareTensorLoss(cases: readonly ActivationCase[]): Promise<Comparison[]> {
  await tf.setBackend('cpu');
  const tolerance = 1e-6;
  const loss = createTally('mean loss on tensors', { reference: 'PyTorch', tolerance });
  const gradient = createTally('gradient of the mean loss on tensors', { reference: 'PyTorch autograd', tolerance });
  for (const [i, reference] of cases.entries()) {
    const signals = {
      similarities: tf.tensor1d(reference.similarities),
      distanceQuantiles: tf.tensor1d(reference.distanceQuantiles),
    };
    const labels = tf.tensor1d(reference.labels, 'int32');
    const { value, grad } = tf.valueAndGrad((logits) => sdmLoss(logits as tf.Tensor2D, labels, signals))(
      tf.tensor2d(reference.logits),
    );
    const wanted = reference.losses.reduce((sum, row) => sum + row, 0) / reference.losses.length;
    const [got] = await value.data();
    loss.real(`case ${i}`, { got: got!, wanted });
    gradient.reals(`case ${i}`, { got: await grad.data(), wanted: reference.meanLossGradient.flat() });
  }
  return [loss.finish(), gradient.finish()];
}
