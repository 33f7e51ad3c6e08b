import { SdmError } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '../decoder.js';
import { startBackend } from '../testing/backends.js';
import { createTinyDecoder } from '../testing/tiny.js';
import { drawDocuments, END, estimateDocuments, pretrainToyDecoder, rightAnswer } from '../testing/toy-task.js';
import { hiddenFeatures } from '../hidden-features.js';
import { delimiterFeature } from './delimiter-feature.js';
import { decoderAnswers, trainingSignals } from './generate-answers.js';
import { jointHead, referenceHead } from './joint-head.js';
import { fitTrainingDistances } from '../training-distances.js';
import type { NetworkEpochReport } from './network-choice.js';
import { type NetworkHead, trainSdmNetwork, type TrainSdmNetworkOptions } from './train-sdm-network.js';

const trainingSet = drawDocuments('t', 240, 1);
const calibrationSet = drawDocuments('c', 240, 2);
const isCorrect: TrainSdmNetworkOptions['isCorrect'] = ({ prompt }, tokens) => tokens[0] === rightAnswer(prompt);

describe('training an SDM network on a toy task', () => {
  let decoder: Decoder;
  let estimator: SdmEstimator;
  let options: TrainSdmNetworkOptions;

  beforeAll(async () => {
    await startBackend('wasm');
    decoder = await pretrainToyDecoder();
    estimator = await estimateDocuments(decoder, { training: trainingSet, calibration: calibrationSet });
    options = { decoder, estimator, trainingSet, calibrationSet, isCorrect, delimiter: END, maxNewTokens: 2 };
  });
  afterAll(() => {
    estimator.dispose();
    decoder.dispose();
  });

  it('raises the count of verified and right answers, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const reports: NetworkEpochReport[] = [];
    const onEpoch = (report: NetworkEpochReport) => void reports.push(report);
    const { head, bestEpoch, history } = await trainSdmNetwork({ ...options, epochs: 3, learningRate: 0.01, onEpoch });
    expect(tf.memory().numTensors).toBe(before);
    expect(history).toEqual(reports);
    expect(history[0]).toMatchObject({ epoch: 0, isBest: true });
    const [start, best] = [history[0]!, history[bestEpoch]!];
    expect(best.verifiedCount).toBeGreaterThan(start.verifiedCount);
    expect(best.correctCount).toBeGreaterThan(start.correctCount);
    expect(head.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  it('keeps the decoder’s own head where no epoch counts strictly more', async () => {
    const run = trainSdmNetwork({ ...options, isCorrect: () => false, epochs: 2, learningRate: 0.01 });
    const { head, bestEpoch, history } = await run;
    expect(bestEpoch).toBe(0);
    expect(history.map(({ isBest, verifiedCount }) => [isBest, verifiedCount])).toEqual([
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(head).toEqual(await referenceHead(decoder));
  });

  it('gives the same head for the same seed and another for another', async () => {
    const train = async (seed: number) =>
      (await trainSdmNetwork({ ...options, epochs: 1, learningRate: 0.01, seed })).head;
    const first = await train(1);
    expect(await train(1)).toEqual(first);
    expect(await train(2)).not.toEqual(first);
  });

  it('stops with the step at which the loss is no number, and when asked', async () => {
    const before = tf.memory().numTensors;
    await expect(trainSdmNetwork({ ...options, learningRate: 1e38 })).rejects.toThrow(
      /(NaN|Infinity) at step 1; lower/,
    );
    const signal = AbortSignal.abort();
    await expect(trainSdmNetwork({ ...options, signal })).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names epoch and documents where the loss is no number, and has told what was best until then', async () => {
    const kept: NetworkHead[] = [];
    const onBest = (best: NetworkHead) => void kept.push(best);
    const run = trainSdmNetwork({ ...options, learningRate: 1e38, onBest });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'not-finite'));
    await expect(run).rejects.toThrow(
      /in epoch 1, on "t\d+", .* and \d+ more, .* is (NaN|-?Infinity) at step 1; lower/,
    );
    // One mini-batch an epoch: the weights are lost at the last step, with no loss to tell.
    const whole = trainSdmNetwork({ ...options, learningRate: 1e38, batchSize: 1000 });
    await expect(whole).rejects.toThrow(/after epoch 1 .* is no number; lower the learning rate, .* onBest heard/);
    expect(kept).toEqual([{ epoch: 0, head: await referenceHead(decoder) }]);
  });

  it('tells every head that is the best so far, and keeps the last', async () => {
    const kept: NetworkHead[] = [];
    const onBest = (best: NetworkHead) => void kept.push(best);
    const run = trainSdmNetwork({ ...options, epochs: 3, learningRate: 0.01, onBest });
    const { head, bestEpoch, history } = await run;
    expect(kept.map(({ epoch }) => epoch)).toEqual(history.flatMap(({ epoch, isBest }) => (isBest ? [epoch] : [])));
    expect(kept.at(-1)).toEqual({ epoch: bestEpoch, head });
  });

  it('refuses an estimator of other features, and says how to train one', async () => {
    const other = trainSdmNetwork({ ...options, fingerprint: 'another model' });
    await expect(other).rejects.toSatisfy((error) => SdmError.is(error, 'fingerprint-mismatch'));
    await expect(other).rejects.toThrow(/these are "another model"; train a new one with trainModel on hiddenFeatures/);
    const wider = createTinyDecoder();
    const run = trainSdmNetwork({ ...options, decoder: wider });
    await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'shape-mismatch'));
    await expect(run).rejects.toThrow(/takes 32 features, this decoder gives 16; train a new one/);
    wider.dispose();
  });

  it('refuses prompts without room for an answer and labels that are none, before it trains', async () => {
    const onEpoch = () => expect.unreachable();
    const long = trainSdmNetwork({ ...options, maxNewTokens: 4, onEpoch });
    await expect(long).rejects.toSatisfy((error) => SdmError.is(error, 'context-exceeded'));
    await expect(long).rejects.toThrow(
      /"t0" of the training set: the context of 6 leaves 3 tokens .* maxNewTokens is 4/,
    );
    const strange = [...calibrationSet, { ...calibrationSet[0]!, label: 2 }];
    const labelled = trainSdmNetwork({ ...options, calibrationSet: strange, onEpoch });
    await expect(labelled).rejects.toSatisfy((error) => SdmError.is(error, 'label-out-of-range'));
  });

  it('shows a constraint the document, and scores an answer without the delimiter by its prompt alone', async () => {
    const documents = calibrationSet.slice(0, 8);
    const settings = {
      ...options,
      feature: delimiterFeature(END),
      allowedTokens: ({ id }: { id: string }) => [id.length + 1],
    };
    const answers = await decoderAnswers(settings, jointHead(decoder, decoder.weights.embedding))(documents);
    expect(answers.every(({ tokens }) => tokens.join() === '3,3')).toBe(true); // ids c0 … c7
    const sequences = documents.map(({ prompt }) => [...prompt, END]);
    const features = await hiddenFeatures({ decoder, sequences, feature: delimiterFeature(END) });
    expect(answers.map(({ estimate }) => estimate)).toEqual(await estimator.estimateAll(features));
  });

  it('scores an empty answer by its prompt alone', async () => {
    const documents = calibrationSet.slice(0, 3);
    const settings = { ...options, feature: delimiterFeature(END), allowedTokens: () => [] };
    const answers = await decoderAnswers(settings, jointHead(decoder, decoder.weights.embedding))(documents);
    const sequences = documents.map(({ prompt }) => [...prompt, END]);
    const features = await hiddenFeatures({ decoder, sequences, feature: delimiterFeature(END) });
    const estimates = await estimator.estimateAll(features);
    expect(answers).toEqual(estimates.map((estimate) => ({ tokens: [], estimate })));
  });

  it('takes q from the support, own row included, and d from the distances of the training rows', async () => {
    const scale = await fitTrainingDistances(estimator.model);
    const sequences = trainingSet.map(({ prompt, completion }) => [...prompt, ...completion]);
    const features = await hiddenFeatures({ decoder, sequences, feature: delimiterFeature(END) });
    const estimates = await estimator.estimateAll(features);
    const signals = trainingSignals(
      estimates.map((estimate) => ({ tokens: [], estimate })),
      scale,
    );
    expect(estimates.every(({ nearestDistance }) => nearestDistance < 1e-6)).toBe(true);
    expect(Array.from(signals.similarities)).toEqual(estimates.map(({ similarity }) => similarity));
    expect(signals.distanceQuantiles).toEqual(new Float32Array(trainingSet.length).fill(1));
    const distances = estimator.model.support.labels.length;
    expect(scale.byClass.reduce((sum, { sorted }) => sum + sorted.length, 0)).toBeLessThanOrEqual(distances);
    expect(scale.byClass.every(({ sorted }) => sorted.at(-1)! > 0)).toBe(true);
  });

  it('refuses documents without a delimiter or without a right one', async () => {
    const cut = [{ ...trainingSet[0]!, completion: [14] }];
    await expect(trainSdmNetwork({ ...options, trainingSet: cut })).rejects.toThrow(/"t0" of the training set/);
    const wrong = trainingSet.filter(({ label }) => label === 0);
    await expect(trainSdmNetwork({ ...options, trainingSet: wrong })).rejects.toThrow(/label 1/);
    await expect(trainSdmNetwork({ ...options, epochs: 0 })).rejects.toThrow(/epochs/);
  });
});
