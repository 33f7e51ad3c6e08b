import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Decoder, restoreDecoder } from '../decoder.js';
import { namedWeights, readWeights } from '../decoder-weights.js';
import { startBackend } from '../testing/backends.js';
import { drawDocuments, END, pretrainToyDecoder, rightAnswer } from '../testing/toy-task.js';
import { trainWordTokenizer } from '../word-tokenizer.js';
import { wrapLanguageModel } from '../wrap-language-model.js';
import { delimitedSequence, delimiterFeature } from './delimiter-feature.js';
import type { NetworkEpochReport } from './network-choice.js';
import { createSdmNetworkModel } from './network-model.js';
import { type NetworkBody, trainFullSdmNetwork, type TrainFullSdmNetworkOptions } from './train-full-network.js';

const trainingSet = drawDocuments('t', 240, 1);
const calibrationSet = drawDocuments('c', 240, 2);
const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: 22, controlTokens: ['<end>'] });
const isCode = (code: SdmError['code']) => (error: unknown) => SdmError.is(error, code);

describe('training the whole positive body of an SDM network on a toy task', () => {
  let decoder: Decoder;
  let options: TrainFullSdmNetworkOptions;

  beforeAll(async () => {
    await startBackend('wasm');
    decoder = await pretrainToyDecoder();
    options = {
      decoder,
      tokenizer,
      trainingSet,
      calibrationSet,
      delimiter: END,
      maxNewTokens: 2,
      isCorrect: ({ prompt }, tokens) => tokens[0] === rightAnswer(prompt),
      layer: { representationSize: 16, epochs: 20, learningRate: 3e-3, targetAccuracy: 0.9 },
      batchSize: 16,
      learningRate: 3e-3,
      epochs: 2,
    };
  });
  afterAll(() => decoder.dispose());

  it('raises the count of verified and right answers, moves the body and not the decoder, and leaves no tensor behind', async () => {
    const untouched = await readWeights(namedWeights(decoder.weights));
    const before = tf.memory().numTensors;
    const reports: NetworkEpochReport[] = [];
    const onEpoch = (report: NetworkEpochReport) => void reports.push(report);
    const { positive, estimator, bestEpoch, history } = await trainFullSdmNetwork({ ...options, onEpoch });
    expect(tf.memory().numTensors).toBe(before);
    expect(history).toEqual(reports);
    expect(history[0]).toMatchObject({ epoch: 0, isBest: true });
    expect(history[0]!.loss).toBeUndefined();
    const [start, best] = [history[0]!, history[bestEpoch]!];
    expect(bestEpoch).toBeGreaterThan(0);
    expect(best.verifiedCount).toBeGreaterThan(start.verifiedCount);
    expect(best.correctCount).toBeGreaterThan(start.correctCount);
    expect(await readWeights(namedWeights(decoder.weights))).toEqual(untouched);
    for (const [name, values] of positive) expect(values, name).not.toEqual(untouched.get(name));
    estimator.dispose();
  });

  it('returns the estimator of the weights that it returns, which verifies as many answers at test time', async () => {
    const { positive, estimator, bestEpoch, history } = await trainFullSdmNetwork(options);
    const copy = restoreDecoder(decoder.config, await readWeights(namedWeights(decoder.weights)));
    const network = await createSdmNetworkModel({
      decoder: copy,
      positive: restoreDecoder(decoder.config, positive),
      tokenizer,
    });
    const feature = delimiterFeature(END);
    const wrapped = await wrapLanguageModel({
      languageModel: network,
      estimator,
      verdictToken: END,
      feature,
      sequenceOf: (generation) => delimitedSequence(generation, END),
    });
    const prompts = calibrationSet.map(({ prompt }) => prompt);
    const answers = await wrapped.generate({ prompts, maxNewTokens: 2, stopTokens: [END] });
    const verified = answers.filter(({ verification }) => verification.verdict === 'verified');
    expect(verified.length).toBe(history[bestEpoch]!.admittedCount);
    const right = verified.filter(({ prompt, tokens }) => tokens[0] === rightAnswer(prompt));
    expect(right.length).toBe(history[bestEpoch]!.verifiedCount);
    // Its support rows are the force-decoded training documents under these weights: each finds itself.
    const sequences = trainingSet.map(({ prompt, completion }) => [...prompt, ...completion]);
    const estimates = await estimator.estimateAll(await network.features({ sequences, feature }));
    // Float32 cancellation of squared norms of order 100.
    for (const { nearestDistance } of estimates) expect(nearestDistance).toBeLessThan(1e-3);
    expect(estimator.model.support.labels.length).toBe(trainingSet.length);
    network.dispose();
    estimator.dispose();
  });

  it('keeps the copy of the decoder where no epoch counts strictly more', async () => {
    const { positive, bestEpoch, history } = await trainFullSdmNetwork({ ...options, isCorrect: () => false });
    expect(bestEpoch).toBe(0);
    expect(history.map(({ isBest, verifiedCount }) => [isBest, verifiedCount])).toEqual([
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(positive).toEqual(await readWeights(namedWeights(decoder.weights)));
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const train = async (seed: number) => {
      const kept: NetworkBody[] = [];
      const { history } = await trainFullSdmNetwork({
        ...options,
        epochs: 1,
        seed,
        onBest: (best) => void kept.push(best),
      });
      expect(kept.length).toBeGreaterThan(1);
      return { history, positive: kept.at(-1)!.positive };
    };
    const first = await train(1);
    expect(await train(1)).toEqual(first);
    expect((await train(2)).positive).not.toEqual(first.positive);
  });

  it('answers the right training documents before each epoch and the calibration set after it', async () => {
    const asked: string[] = [];
    const allowedTokens: TrainFullSdmNetworkOptions['allowedTokens'] = ({ id }, generated) => {
      if (generated.length === 0) asked.push(id);
      return undefined;
    };
    await trainFullSdmNetwork({ ...options, allowedTokens });
    const right = trainingSet.flatMap(({ id, label }) => (label === 1 ? [id] : []));
    const all = calibrationSet.map(({ id }) => id);
    expect(asked).toEqual([...all, ...right, ...all, ...right, ...all]);
  });

  it('answers with nothing by the features of the prompt alone', async () => {
    const { history } = await trainFullSdmNetwork({ ...options, epochs: 1, allowedTokens: () => [] });
    expect(history.map(({ correctCount }) => correctCount)).toEqual([0, 0]);
  });

  it('stops with epoch, step and documents where the loss is no number, and has told what was best until then', async () => {
    const before = tf.memory().numTensors;
    const kept: NetworkBody[] = [];
    const onBest = (best: NetworkBody) => void kept.push(best);
    const run = trainFullSdmNetwork({ ...options, learningRate: 1e38, onBest });
    await expect(run).rejects.toSatisfy(isCode('not-finite'));
    await expect(run).rejects.toThrow(/in epoch 1, on "t\d+", .* and 11 more, .* is (NaN|-?Infinity) at step 1; lower/);
    // One mini-batch an epoch: the weights are lost at the last step, with no loss to tell.
    const whole = trainFullSdmNetwork({ ...options, learningRate: 1e38, batchSize: 240 });
    await expect(whole).rejects.toSatisfy(isCode('not-finite'));
    await expect(whole).rejects.toThrow(/after epoch 1 .* is no number; lower the learning rate, .* onBest heard/);
    expect(tf.memory().numTensors).toBe(before);
    expect(kept.map(({ epoch }) => epoch)).toEqual([0]);
    expect(kept[0]!.positive).toEqual(await readWeights(namedWeights(decoder.weights)));
    // It still estimates, though the run that failed freed what it held.
    const features = new Float32Array(4 * decoder.config.width);
    expect((await kept[0]!.estimator.estimate(features)).probabilities).toHaveLength(2);
    kept[0]!.estimator.dispose();
  });

  it('stops when asked, and where a listener fails', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const onEpoch = () => controller.abort();
    const run = trainFullSdmNetwork({ ...options, onEpoch, signal: controller.signal });
    await expect(run).rejects.toSatisfy(isCode('aborted'));
    const onBest = async () => Promise.reject(new Error('the disk is full'));
    await expect(trainFullSdmNetwork({ ...options, onBest })).rejects.toThrow('the disk is full');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses sets of one label, and says what to add', async () => {
    const only = (label: number) => trainingSet.filter((document) => document.label === label);
    const right = trainFullSdmNetwork({ ...options, trainingSet: only(1) });
    await expect(right).rejects.toSatisfy(isCode('class-missing'));
    await expect(right).rejects.toThrow(/the training set has no document with label 0.*add prompts with a wrong/);
    const wrong = trainFullSdmNetwork({ ...options, trainingSet: only(0) });
    await expect(wrong).rejects.toThrow(/at least one document with label 1 in the training set; add/);
    const calibration = calibrationSet.filter(({ label }) => label === 0);
    const uncalibrated = trainFullSdmNetwork({ ...options, calibrationSet: calibration });
    await expect(uncalibrated).rejects.toThrow(/the calibration set has no document with label 1.*add .* right/);
  });

  it('refuses prompts without room for an answer, other labels and repeated ids, before it trains', async () => {
    const onEpoch = () => expect.unreachable();
    const long = trainFullSdmNetwork({ ...options, maxNewTokens: 4, onEpoch });
    await expect(long).rejects.toSatisfy(isCode('context-exceeded'));
    await expect(long).rejects.toThrow(/"t0" of the training set: the context of 6 leaves 3 tokens/);
    const strange = [...trainingSet, { ...trainingSet[0]!, id: 'x', label: 2 }];
    const labelled = trainFullSdmNetwork({ ...options, trainingSet: strange, onEpoch });
    await expect(labelled).rejects.toSatisfy(isCode('label-out-of-range'));
    const twice = trainFullSdmNetwork({ ...options, calibrationSet: [...calibrationSet, trainingSet[0]!], onEpoch });
    await expect(twice).rejects.toSatisfy(isCode('duplicate-id'));
    await expect(trainFullSdmNetwork({ ...options, batchSize: 0.5, onEpoch })).rejects.toThrow(/batchSize/);
  });
});
