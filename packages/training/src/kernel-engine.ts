import { type Signals, sdmLoss, sdmLossGradient } from '@sdmjs/activation';
import { createMatrix, type Matrix, rowOf, rowsOf, SdmError, throwIfAborted } from '@sdmjs/core';
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
import { type FeatureRows, rowRange } from './feature-rows.js';

/** Rows that go through the adaptor between two looks at the abort signal. */
const FORWARD_ROWS = 512;

/**
 * Training on the CPU without TensorFlow.js. A step costs batch · C · D for the loss and one pass over the M·D weights for Adam:
 * the maps have no nonlinearity between them, so no M·D product and no M·D gradient is needed. With kernels of the relaxed build it is another
 * engine, named `relaxed-kernel`, since trajectories differ in their last bits, also from processor to processor.
 */
export function kernelEngine(options: { readonly kernels?: Kernels | undefined } = {}): TrainingEngine {
  let loading: Promise<Kernels> | undefined;
  const kernels = () => {
    loading ??= options.kernels ? Promise.resolve(options.kernels) : loadKernels();
    return loading;
  };
  const room = createRoom();
  return {
    name: options.kernels?.name === 'relaxed-simd' ? 'relaxed-kernel' : 'kernel',
    start: async (inputs) => startRound(inputs, { kernels: await kernels(), room }),
    createIndex: async (support) => createExactIndex(support, { kernels: await kernels() }),
    dispose() {
      if (!options.kernels) void loading?.then((loaded) => loaded.dispose());
      loading = undefined;
    },
  };
}

function startRound(inputs: RoundInputs, { kernels, room }: { kernels: Kernels; room: Room }): EngineRound {
  const { features, learningRate } = inputs;
  const state = createAdaptorState(inputs.adaptor, { kernels, optimizer: inputs.optimizer });
  let batch = createMatrix(0, features.training.columns);
  return {
    async trainBatch(rows, signals) {
      // The room of a batch is kept for the next one.
      if (batch.rows !== rows.length) batch = createMatrix(rows.length, batch.columns);
      features.training.read(rows, batch.data);
      const { loss, gradient } = lossGradient(state, inputs, { features: batch, rows, signals });
      stepAdaptor(state, gradient, learningRate);
      return loss;
    },
    logits: async (split) => logitsInBlocks(state, features[split]),
    forward: (split: SplitName, signal) =>
      forwardInBlocks(adaptorOf(state), features[split], { kernels, room, signal }),
    release: (representations) => room.giveBack(representations),
    weights: async () => copyAdaptor(adaptorOf(state)),
    projectionWeight: () => adaptorOf(state).projectionWeight,
    optimizer: async () => {
      const { steps, means, squares } = optimizerOf(state);
      return { steps, means: copyAdaptor(means), squares: copyAdaptor(squares) };
    },
    dispose: () => state.projection.dispose(),
  };
}

/** Mean loss of a batch and its gradient by the product of the two maps. */
function lossGradient(
  state: AdaptorState,
  inputs: RoundInputs,
  batch: { readonly features: Matrix; readonly rows: Int32Array; readonly signals: Signals },
) {
  const { rows, features } = batch;
  const logits = combinedLogits(state, features); // [batch, C]
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
  for (let i = 0; i < rows.length; i++) {
    for (let c = 0; c < slopes.columns; c++) {
      const slope = slopes.data[i * slopes.columns + c]! / rows.length;
      if (slope === 0) continue;
      gradient.biases[c]! += slope;
      addScaled(gradient.weights[c]!, rowOf(features, i), slope);
    }
  }
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / rows.length, gradient };
}

/** Logits by the product of the two maps. `[rows, C]` */
function combinedLogits({ combined }: AdaptorState, features: Matrix): Matrix {
  const logits = createMatrix(features.rows, combined.biases.length);
  for (let i = 0; i < features.rows; i++) {
    const values = rowOf(features, i);
    combined.weights.forEach((weights, c) => {
      logits.data[i * logits.columns + c] = dot(weights, values) + combined.biases[c]!;
    });
  }
  return logits;
}

/** The same of a whole split. */
function logitsInBlocks(state: AdaptorState, features: FeatureRows): Matrix {
  const logits = createMatrix(features.rows, state.combined.biases.length);
  for (const { start, block } of blocksOf(features)) {
    logits.data.set(combinedLogits(state, block).data, start * logits.columns);
  }
  return logits;
}

/** Blocks of a split, each of which is gone when the next one comes. */
function* blocksOf(features: FeatureRows): Generator<{ start: number; block: Matrix }> {
  const { rows, columns } = features;
  const room = createMatrix(Math.min(FORWARD_ROWS, rows), columns);
  for (let start = 0; start < rows; start += FORWARD_ROWS) {
    const end = Math.min(start + FORWARD_ROWS, rows);
    const block = rowsOf(room, 0, end - start);
    features.read(rowRange(start, end), block.data);
    yield { start, block };
  }
}

async function forwardInBlocks(
  adaptor: ExemplarAdaptor,
  features: FeatureRows,
  { kernels, room, signal }: { kernels: Kernels; room: Room; signal: AbortSignal | undefined },
): Promise<AdaptorOutputs> {
  const representations = room.take(features.rows, adaptor.projectionBias.length, kernels);
  const logits = createMatrix(features.rows, adaptor.classifierBias.length);
  for (const { start, block } of blocksOf(features)) {
    const end = start + block.rows;
    // Written where they stay, so that no block leaves garbage.
    adapt(adaptor, block, kernels, {
      representations: rowsOf(representations, start, end),
      logits: rowsOf(logits, start, end),
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal, 'trainModel');
  }
  return { representations, logits };
}

/** Room for the representations of a split, used again: an epoch does not begin beside those of the last, nor does the final model. */
interface Room {
  /** A matrix for the caller to keep, or to give back; kernels match to it without a copy. Its contents are left over. */
  take(rows: number, columns: number, kernels: Kernels): Matrix;
  giveBack(matrix: Matrix): void;
}

function createRoom(): Room {
  // One of each split.
  let spare: Matrix[] = [];
  return {
    take(rows, columns, kernels) {
      const fitting = spare.find((matrix) => matrix.rows === rows && matrix.columns === columns);
      spare = spare.filter((matrix) => matrix !== fitting);
      return fitting ?? kernels.createRows(rows, columns);
    },
    giveBack(matrix) {
      spare = [...spare.slice(-1), matrix];
    },
  };
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
