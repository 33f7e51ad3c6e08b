import { logSdm, sdm, sdmLoss, sdmLossGradient } from '@sdmjs/activation';
import { matrixFromRows } from '@sdmjs/core';
import type { ActivationCase } from './references.js';
import { type Comparison, createTally } from './tally.js';

/** Activation, its logarithm, the loss of each row, and the gradient of the mean loss, for logits of three scales. */
export function compareActivations(cases: readonly ActivationCase[]): Comparison[] {
  const tolerance = 1e-6;
  const bySdk = createTally('activation', { reference: 'reexpress-sdm (NumPy)', tolerance });
  const byTorch = createTally('activation', { reference: 'PyTorch', tolerance });
  const logarithm = createTally('logarithm of the activation', { reference: 'PyTorch', tolerance });
  const loss = createTally('loss of each row', { reference: 'PyTorch', tolerance });
  const gradient = createTally('gradient of the mean loss (closed form)', { reference: 'PyTorch autograd', tolerance });
  cases.forEach((reference, i) => {
    const name = `case ${i}`;
    const logits = matrixFromRows(reference.logits);
    const labels = Int32Array.from(reference.labels);
    const probabilities = sdm(logits, reference).data;
    bySdk.reals(name, { got: probabilities, wanted: reference.sdkProbabilities.flat() });
    byTorch.reals(name, { got: probabilities, wanted: reference.torchProbabilities.flat() });
    logarithm.reals(name, { got: logSdm(logits, reference).data, wanted: reference.logProbabilities.flat() });
    loss.reals(name, { got: sdmLoss(logits, labels, reference), wanted: reference.losses });
    const meanGradient = sdmLossGradient(logits, labels, reference).data.map((value) => value / logits.rows);
    gradient.reals(name, { got: meanGradient, wanted: reference.meanLossGradient.flat() });
  });
  return [bySdk, byTorch, logarithm, loss, gradient].map((tally) => tally.finish());
}
