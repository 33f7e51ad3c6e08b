import { type Signals, sdmLoss, sdmLossGradient } from '@sdmjs/activation';
import { createMatrix, type Matrix, rowOf, SdmError, throwIfAborted } from '@sdmjs/core';
import { type AdaptorOutputs, adapt, type ExemplarAdaptor } from '@sdmjs/estimator';
import { createExactIndex } from '@sdmjs/exemplars';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import {
  type AdaptorState,
  adaptorOf,
  addScaled,
  createAdaptorState,
  createCombinedMap,
  dot,
  optimizerOf,
  stepAdaptor,
} from './adaptor-step.js';
import type { EngineRound, RoundInputs, SplitName, TrainingEngine } from './engine.js';

/** Rows that go through the adaptor between two looks at the abort signal. */
const FORWARD_ROWS = 1024;

/**
 * Training on the CPU without TensorFlow.js. A step costs batch · C · D for the loss and one pass over the M·D weights for Adam:
 * the maps have no nonlinearity between them, so no M·D product and no M·D gradient is needed.
 */
export function kernelEngine(options: { readonly kernels?: Kernels | undefined } = {}): TrainingEngine {
  let loading: Promise<Kernels> | undefined;
  const kernels = () => {
    loading ??= options.kernels ? Promise.resolve(options.kernels) : loadKernels();
    return loading;
  };
  return {
    name: 'kernel',
    start: async (inputs) => startRound(inputs, await kernels()),
    createIndex: async (support) => createExactIndex(support, { kernels: await kernels() }),
    dispose() {
      if (!options.kernels) void loading?.then((loaded) => loaded.dispose());
      loading = undefined;
    },
  };
}

function startRound(inputs: RoundInputs, kernels: Kernels): EngineRound {
  const { features, learningRate } = inputs;
  const state = createAdaptorState(inputs.adaptor, { kernels, optimizer: inputs.optimizer });
  return {
    async trainBatch(rows, signals) {
      const { loss, gradient } = lossGradient(state, inputs, { rows, signals });
      stepAdaptor(state, gradient, learningRate);
      return loss;
    },
    logits: async (split) => combinedLogits(state, features[split], everyRow(features[split])),
    forward: (split: SplitName, signal) => forwardInBlocks(adaptorOf(state), features[split], { kernels, signal }),
    weights: async () => copyAdaptor(adaptorOf(state)),
    optimizer: async () => {
      const { steps, means, squares } = optimizerOf(state);
      return { steps, means: copyAdaptor(means), squares: copyAdaptor(squares) };
    },
    dispose: () => state.projection.dispose(),
  };
}

/** Mean loss of a batch and its gradient by the product of the two maps. */
function lossGradient(state: AdaptorState, inputs: RoundInputs, batch: { rows: Int32Array; signals: Signals }) {
  const { rows } = batch;
  const features = inputs.features.training;
  const logits = combinedLogits(state, features, rows); // [batch, C]
  if (!logits.data.every((value) => Number.isFinite(value))) {
    throw new SdmError('not-finite', 'trainModel: training diverged, a logit is not finite; lower learningRate');
  }
  const labels = rows.map((row) => inputs.labels[row]!);
  const signals: Signals = {
    similarities: Float32Array.from(rows, (row) => batch.signals.similarities[row]!),
    distanceQuantiles: Float32Array.from(rows, (row) => batch.signals.distanceQuantiles[row]!),
  };
  const losses = sdmLoss(logits, labels, signals, inputs);
  const slopes = sdmLossGradient(logits, labels, signals, inputs); // [batch, C]
  const gradient = createCombinedMap(slopes.columns, features.columns);
  rows.forEach((row, i) => {
    for (let c = 0; c < slopes.columns; c++) {
      const slope = slopes.data[i * slopes.columns + c]! / rows.length;
      if (slope === 0) continue;
      gradient.biases[c]! += slope;
      addScaled(gradient.weights[c]!, rowOf(features, row), slope);
    }
  });
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / rows.length, gradient };
}

/** Logits by the product of the two maps. `[rows, C]` */
function combinedLogits({ combined }: AdaptorState, features: Matrix, rows: Int32Array): Matrix {
  const logits = createMatrix(rows.length, combined.biases.length);
  rows.forEach((row, i) => {
    const values = rowOf(features, row);
    combined.weights.forEach((weights, c) => {
      logits.data[i * logits.columns + c] = dot(weights, values) + combined.biases[c]!;
    });
  });
  return logits;
}

async function forwardInBlocks(
  adaptor: ExemplarAdaptor,
  features: Matrix,
  { kernels, signal }: { kernels: Kernels; signal: AbortSignal | undefined },
): Promise<AdaptorOutputs> {
  const { rows, columns } = features;
  const representations = createMatrix(rows, adaptor.projectionBias.length);
  const logits = createMatrix(rows, adaptor.classifierBias.length);
  for (let start = 0; start < rows; start += FORWARD_ROWS) {
    const end = Math.min(start + FORWARD_ROWS, rows);
    const block = createMatrix(end - start, columns, features.data.subarray(start * columns, end * columns));
    const outputs = adapt(adaptor, block, kernels);
    representations.data.set(outputs.representations.data, start * representations.columns);
    logits.data.set(outputs.logits.data, start * logits.columns);
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal, 'trainModel');
  }
  return { representations, logits };
}

function everyRow(features: Matrix): Int32Array {
  return Int32Array.from({ length: features.rows }, (_, row) => row);
}

function copyAdaptor(adaptor: ExemplarAdaptor): ExemplarAdaptor {
  const { projectionWeight, classifierWeight } = adaptor;
  return {
    projectionWeight: { ...projectionWeight, data: projectionWeight.data.slice() },
    projectionBias: adaptor.projectionBias.slice(),
    classifierWeight: { ...classifierWeight, data: classifierWeight.data.slice() },
    classifierBias: adaptor.classifierBias.slice(),
  };
}
