import '@tensorflow/tfjs-backend-cpu';
import { matrixFromRows } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, type LayersModel, loadLayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sdm } from '../sdm.js';
import { SdmActivation } from './sdm-activation.js';

const logits = [
  [2, -1, 0],
  [0.5, 1, -3],
];
const signals = { similarities: [12, 0], distanceQuantiles: [0.75, 0.5] };

function activationModel(similarityOffset?: number): LayersModel {
  const inputs = [input({ shape: [3] }), input({ shape: [1] }), input({ shape: [1] })];
  const layer = new SdmActivation({
    name: 'activation',
    ...(similarityOffset === undefined ? {} : { similarityOffset }),
  });
  return model({ inputs, outputs: layer.apply(inputs) as SymbolicTensor });
}

const inputTensors = () => [
  tf.tensor2d(logits),
  tf.tensor2d(signals.similarities, [2, 1]),
  tf.tensor2d(signals.distanceQuantiles, [2, 1]),
];

const predict = (network: LayersModel) => [...(network.predict(inputTensors()) as tf.Tensor).dataSync()];

describe('SdmActivation', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('computes sdm in a model', () => {
    const network = activationModel();
    expect(network.outputs[0]!.shape).toEqual([null, 3]);
    const wanted = sdm(matrixFromRows(logits), signals).data;
    predict(network).forEach((value, k) => expect(value).toBeCloseTo(wanted[k]!, 6)); // float32, another exp
  });

  it('comes back from a saved model with its offset', async () => {
    const network = activationModel(1.5);
    let saved: tf.io.ModelArtifacts = {};
    await network.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
      }),
    );
    const loaded = await loadLayersModel(tf.io.fromMemory(saved));
    expect(loaded.getLayer('activation').getConfig()).toMatchObject({ similarityOffset: 1.5 });
    expect(predict(loaded)).toEqual(predict(network));
  });

  it('lets a model train through it', async () => {
    const features = input({ shape: [2] });
    const [similarities, distanceQuantiles] = [input({ shape: [1] }), input({ shape: [1] })];
    const dense = layers.dense({ units: 2, kernelInitializer: 'zeros' }).apply(features) as SymbolicTensor;
    const outputs = new SdmActivation().apply([dense, similarities, distanceQuantiles]) as SymbolicTensor;
    const network = model({ inputs: [features, similarities, distanceQuantiles], outputs });
    network.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const batch = [
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      tf.tensor2d([[5], [5]]),
      tf.tensor2d([[1], [1]]),
    ];
    const { history } = await network.fit(
      batch,
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      { epochs: 5, verbose: 0 },
    );
    const losses = history['loss'] as number[];
    expect(losses[0]).toBeCloseTo(Math.log(2), 5); // float32; zero weights give one half
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  it('leaves no tensor behind', () => {
    const network = activationModel();
    const inputs = inputTensors();
    const before = tf.memory().numTensors;
    tf.dispose(network.predict(inputs));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses other inputs than three and offsets that are not above 1', () => {
    const two = [input({ shape: [3] }), input({ shape: [1] })];
    expect(() => new SdmActivation().apply(two)).toThrow(/logits, similarities, distanceQuantiles/);
    expect(() => new SdmActivation({ similarityOffset: 1 })).toThrow(/similarityOffset > 1/);
  });
});
