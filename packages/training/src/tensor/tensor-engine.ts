import { sdmLoss } from '@sdmjs/activation/tensor';
import { createMatrix, type Matrix, SdmError, throwIfAborted } from '@sdmjs/core';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import { createTensorIndex, requireTensorIndexOptions, type TensorIndexOptions } from '@sdmjs/exemplars/tensor';
import type * as tfjs from '@tensorflow/tfjs-core';
import type { EngineRound, OptimizerState, RoundInputs, SplitName, TrainingEngine } from '../engine.js';
import { type FeatureRows, rowRange } from '../feature-rows.js';
import { type AdamMoments, createMoments, stepVariable } from './adam.js';

/** Rows that go through the adaptor at once. */
const FORWARD_ROWS = 4096;

/**
 * Training on the current TensorFlow.js device, gradients by autodiff: the same contract as `kernelEngine`, other rounding.
 * `tf` must be the copy of tfjs-core that `@sdmjs/activation/tensor` resolves. Features stay on the device until the round is disposed.
 * `options.distancesAtOnce` is memory for speed in matching: 2 ** 26 suits a large GPU. Throws `out-of-range`.
 */
export function tensorEngine(tf: typeof tfjs, options: TensorIndexOptions = {}): TrainingEngine {
  requireTensorIndexOptions(options, 'tensorEngine');
  return {
    name: 'tensor',
    start: async (inputs) => startRound(tf, inputs),
    createIndex: (support) => createTensorIndex(tf, support, options),
    dispose() {},
  };
}

interface DeviceRound {
  readonly tf: typeof tfjs;
  readonly features: Readonly<Record<SplitName, tfjs.Tensor2D>>;
  readonly variables: AdaptorVariables;
  readonly moments: readonly AdamMoments[];
}

/** The four parts of the adaptor, in its order. */
interface AdaptorVariables {
  readonly projectionWeight: tfjs.Variable<tfjs.Rank.R2>;
  readonly projectionBias: tfjs.Variable<tfjs.Rank.R1>;
  readonly classifierWeight: tfjs.Variable<tfjs.Rank.R2>;
  readonly classifierBias: tfjs.Variable<tfjs.Rank.R1>;
}

function startRound(tf: typeof tfjs, inputs: RoundInputs): EngineRound {
  const variables = uploadAdaptor(tf, inputs.adaptor);
  const device: DeviceRound = {
    tf,
    features: {
      training: uploadRows(tf, inputs.features.training),
      calibration: uploadRows(tf, inputs.features.calibration),
    },
    variables,
    moments: createAllMoments(tf, variables, inputs.optimizer),
  };
  let steps = inputs.optimizer?.steps ?? 0;
  return {
    async trainBatch(rows, signals) {
      steps++;
      const loss = trainStep(device, inputs, { rows, signals, steps });
      const [value] = await loss.data();
      loss.dispose();
      if (!Number.isFinite(value)) {
        throw new SdmError('not-finite', `trainModel: training diverged, a batch loss is ${value}; lower learningRate`);
      }
      return value!;
    },
    logits: async (split) => (await forward(device, split, { wantsRepresentations: false })).logits,
    forward: (split, signal) => forward(device, split, { wantsRepresentations: true, signal }),
    weights: () => downloadAdaptor(Object.values(variables), inputs.adaptor),
    optimizer: async () => ({
      steps,
      means: await downloadAdaptor(
        device.moments.map(({ mean }) => mean),
        inputs.adaptor,
      ),
      squares: await downloadAdaptor(
        device.moments.map(({ square }) => square),
        inputs.adaptor,
      ),
    }),
    dispose() {
      tf.dispose([device.features.training, device.features.calibration]);
      for (const variable of Object.values(variables)) variable.dispose();
      for (const { mean, square } of device.moments) tf.dispose([mean, square]);
    },
  };
}

/** Loss before the step, a tensor to dispose; the step itself happens in place. */
function trainStep(
  { tf, features, variables, moments }: DeviceRound,
  inputs: RoundInputs,
  batch: { rows: Int32Array; signals: Parameters<EngineRound['trainBatch']>[1]; steps: number },
): tfjs.Scalar {
  const { rows, signals, steps } = batch;
  return tf.tidy(() => {
    const rowFeatures = tf.gather(features.training, tf.tensor1d(rows.slice(), 'int32')); // [batch, D]
    const labels = tf.tensor1d(
      rows.map((row) => inputs.labels[row]!),
      'int32',
    );
    const rowSignals = {
      similarities: tf.tensor1d(Float32Array.from(rows, (row) => signals.similarities[row]!)),
      distanceQuantiles: tf.tensor1d(Float32Array.from(rows, (row) => signals.distanceQuantiles[row]!)),
    };
    const list: tfjs.Variable[] = Object.values(variables);
    const loss = () => sdmLoss(applyAdaptor(tf, variables, rowFeatures).logits, labels, rowSignals, inputs);
    const { value, grads } = tf.variableGrads(loss, list);
    list.forEach((variable, i) => {
      stepVariable(tf, variable, {
        ...moments[i]!,
        gradient: grads[variable.name]!,
        steps,
        learningRate: inputs.learningRate,
      });
    });
    return value;
  });
}

function applyAdaptor(tf: typeof tfjs, variables: AdaptorVariables, features: tfjs.Tensor2D) {
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = variables;
  const projected = tf.matMul(features, projectionWeight as tfjs.Tensor2D, false, true);
  const representations: tfjs.Tensor2D = tf.add(projected, projectionBias); // [rows, M]
  const classified = tf.matMul(representations, classifierWeight as tfjs.Tensor2D, false, true);
  const logits: tfjs.Tensor2D = tf.add(classified, classifierBias); // [rows, C]
  return { representations, logits };
}

async function forward(
  { tf, features, variables }: DeviceRound,
  split: SplitName,
  { wantsRepresentations, signal }: { wantsRepresentations: boolean; signal?: AbortSignal | undefined },
) {
  const [rows, columns] = features[split].shape;
  const representations = createMatrix(wantsRepresentations ? rows : 0, variables.projectionBias.shape[0]);
  const logits = createMatrix(rows, variables.classifierBias.shape[0]);
  for (let start = 0; start < rows; start += FORWARD_ROWS) {
    throwIfAborted(signal, 'trainModel');
    const outputs = tf.tidy(() => {
      const block = tf.slice(features[split], [start, 0], [Math.min(FORWARD_ROWS, rows - start), columns]);
      return applyAdaptor(tf, variables, block);
    });
    logits.data.set(await outputs.logits.data(), start * logits.columns);
    if (wantsRepresentations) {
      representations.data.set(await outputs.representations.data(), start * representations.columns);
    }
    tf.dispose(outputs);
  }
  return { representations, logits };
}

function uploadAdaptor(tf: typeof tfjs, adaptor: ExemplarAdaptor): AdaptorVariables {
  const matrix = (weights: Matrix) => tf.tidy(() => tf.variable(uploadMatrix(tf, weights)));
  const vector = (bias: Float32Array) => tf.tidy(() => tf.variable(tf.tensor1d(bias.slice())));
  return {
    projectionWeight: matrix(adaptor.projectionWeight),
    projectionBias: vector(adaptor.projectionBias),
    classifierWeight: matrix(adaptor.classifierWeight),
    classifierBias: vector(adaptor.classifierBias),
  };
}

/** Four variables, in the order of the parts of an adaptor. */
async function downloadAdaptor(
  variables: readonly tfjs.Variable[],
  { projectionWeight, classifierWeight }: ExemplarAdaptor,
): Promise<ExemplarAdaptor> {
  const [projection, projectionBias, classifier, classifierBias] = await Promise.all(
    variables.map(async (variable) => Float32Array.from(await variable.data())),
  );
  return {
    projectionWeight: { ...projectionWeight, data: projection! },
    projectionBias: projectionBias!,
    classifierWeight: { ...classifierWeight, data: classifier! },
    classifierBias: classifierBias!,
  };
}

function createAllMoments(tf: typeof tfjs, variables: AdaptorVariables, optimizer: OptimizerState | undefined) {
  const list: tfjs.Variable[] = Object.values(variables);
  if (!optimizer) return list.map((variable) => createMoments(tf, variable));
  const [means, squares] = [numbersOf(optimizer.means), numbersOf(optimizer.squares)];
  return list.map((variable, i) => createMoments(tf, variable, { mean: means[i]!, square: squares[i]! }));
}

/** The four parts in their order. */
function numbersOf(adaptor: ExemplarAdaptor): Float32Array[] {
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = adaptor;
  return [projectionWeight.data, projectionBias, classifierWeight.data, classifierBias];
}

function uploadRows(tf: typeof tfjs, features: FeatureRows): tfjs.Tensor2D {
  const { rows, columns } = features;
  const values = new Float32Array(rows * columns);
  features.read(rowRange(0, rows), values);
  return tf.tensor2d(values, [rows, columns]);
}

/** A copy goes to the device: some devices keep the array they are given. */
function uploadMatrix(tf: typeof tfjs, matrix: Matrix): tfjs.Tensor2D {
  return tf.tensor2d(matrix.data.slice(), [matrix.rows, matrix.columns]);
}
