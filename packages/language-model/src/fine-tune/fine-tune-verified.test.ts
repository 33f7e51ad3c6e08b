import { rowOf, SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '../decoder.js';
import { VERIFIED } from '../contrastive-masking.js';
import { hiddenFeatures, verdictFeature } from '../hidden-features.js';
import { verdictExamples } from './verdict-examples.js';
import { generateTokens } from '../generate.js';
import { startBackend } from '../testing/backends.js';
import { createToy, OPTIONS, tune, valuesOf, VERDICT } from '../testing/verdict-toy.js';
import type { FineTuneEvaluation } from './best-checkpoint.js';
import type { FineTuneOptions } from './fine-tune-options.js';
import { fineTuneVerified } from './fine-tune-verified.js';

describe('fine-tuning with verdicts', () => {
  beforeAll(() => startBackend('wasm'));

  it('learns a toy task with SDM bases and hard negatives, and leaves no tensor behind', async () => {
    const decoder = createToy();
    await fineTuneVerified({ ...OPTIONS, decoder, epochs: 1, learningRate: 1e-9 });
    const before = tf.memory().numTensors;
    const heard: FineTuneEvaluation[] = [];
    const result = await fineTuneVerified({
      ...OPTIONS,
      decoder,
      epochs: 20,
      learningRate: 0.02,
      evaluationsPerEpoch: 1,
      onEvaluation: (evaluation) => void heard.push(evaluation),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(result.evaluations).toEqual(heard);
    expect(heard.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => 4 * (i + 1)));
    expect(heard.every(({ meanLossBase }) => meanLossBase >= 2 && meanLossBase <= 3)).toBe(true);
    expect(heard[0]!.hardNegativeCount === 0).toBe(true);
    expect(heard.some(({ hardNegativeCount }) => hardNegativeCount > 0)).toBe(true);
    expect(result.bestLoss).toBe(Math.min(...heard.map(({ loss }) => loss)));
    expect(result.bestLoss).toBeLessThan(heard[0]!.loss / 2);
    const right = await exactMatches(decoder);
    // Chance is 7 of 49 among the answer tokens; 32 were seen.
    expect(right).toBeGreaterThan(20);
    decoder.dispose();
  });

  it('ends with the weights of the lowest evaluation', async () => {
    const learningRate = (step: number) => (step < 6 ? 0.02 : 1); // diverges in the second half
    const diverging: Partial<FineTuneOptions> = { loss: 'cross-entropy', hardNegatives: false, learningRate };
    const { bestStep, evaluations, weights } = await tune(diverging);
    const best = evaluations.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(bestStep).toBe(best.step);
    expect(bestStep).toBeLessThan(12);
    const stopped = await stateAt(bestStep, diverging);
    expect(weights).toEqual(stopped);
  });

  it('with base e is cross-entropy, and another base is not', async () => {
    const plain = await tune({ loss: 'cross-entropy' });
    const natural = await tune({ loss: { constantBase: Math.E } });
    // ln of the float32 next to e is 1 − 6e-8, over 12 steps.
    natural.losses.forEach((loss, step) => expect(loss).toBeCloseTo(plain.losses[step]!, 4));
    const two = await tune({ loss: { constantBase: 2 } });
    expect(two.losses[0]).not.toBeCloseTo(plain.losses[0]!, 2);
    expect(two.evaluations.every(({ meanLossBase }) => meanLossBase === 2)).toBe(true);
  });

  it('permutes the bases of the same documents', async () => {
    const [sdm, permuted] = [await tune({ epochs: 1 }), await tune({ epochs: 1, loss: 'permuted' })];
    expect(permuted.losses).not.toEqual(sdm.losses);
    // The same layer before the first step; float32 sums in another order.
    expect(permuted.losses[0]).toBeCloseTo(sdm.losses[0]!, 1);
  });

  it('changes only the verdict token with the loss of that name', async () => {
    const plain = await tune({ loss: 'cross-entropy', epochs: 1 });
    const verdictToken = await tune({ loss: 'verdict-token', epochs: 1 });
    expect(verdictToken.losses[0]).not.toBeCloseTo(plain.losses[0]!, 3);
    // A mean of 49 equal doubles.
    for (const { meanLossBase } of verdictToken.evaluations) expect(meanLossBase).toBeCloseTo(Math.E, 12);
    const unweighted = { epochs: 1, verdictWeight: 0 };
    const [a, b] = [
      await tune({ ...unweighted, loss: 'cross-entropy' }),
      await tune({ ...unweighted, loss: 'verdict-token' }),
    ];
    // ln of the float32 next to e is 1 − 6e-8.
    a.losses.forEach((loss, step) => expect(b.losses[step]).toBeCloseTo(loss, 4));
  });

  it('gives the same weights for the same seed', async () => {
    const first = await tune({ epochs: 2, seed: 4 });
    expect((await tune({ epochs: 2, seed: 4 })).weights).toEqual(first.weights);
    expect((await tune({ epochs: 2, seed: 5 })).weights).not.toEqual(first.weights);
  });

  it('checks everything before the first step, and stops when asked', async () => {
    const { trainingSet, calibrationSet } = OPTIONS;
    const fails = async (options: Partial<FineTuneOptions>, message: RegExp) =>
      expect(tune({ ...options, onProgress: () => expect.unreachable() })).rejects.toThrow(message);
    await fails({ trainingSet: [] }, /training set: wanted at least one/);
    await fails({ calibrationSet: trainingSet }, /"t0" occurs before/);
    await fails({ trainingSet: [{ ...trainingSet[0]!, negative: trainingSet[0]!.positive }] }, /unlike the positive/);
    await fails({ trainingSet: [{ ...trainingSet[0]!, prompt: Array(10).fill(1) }] }, /11 tokens before its verdict/);
    await fails({ positiveRate: 2 }, /positiveRate in/);
    await fails({ epochs: 0 }, /epochs of 1 or more/);
    await fails({ calibrationSet: calibrationSet.slice(0, 1), loss: { constantBase: 0.5 } }, /above 1/);
    const stopped = tune({ signal: AbortSignal.abort() });
    await expect(stopped).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
  });
});

describe('examples of the final layer', () => {
  it('are half positives, and own wrong answers wherever there are some', async () => {
    await startBackend('wasm');
    const decoder = createToy();
    const before = tf.memory().numTensors;
    const rules = { decoder, documents: OPTIONS.calibrationSet, verdict: VERDICT, allowedTokens: () => [7] };
    const examples = await verdictExamples(rules);
    expect(tf.memory().numTensors).toBe(before);
    const positiveCount = examples.filter(({ label }) => label === VERIFIED).length;
    // Binomial: 24.5 ± 3.5; four deviations.
    expect(Math.abs(positiveCount - 24.5)).toBeLessThan(14);
    const completions = examples.map(({ label }, i) => {
      if (label === VERIFIED) return rules.documents[i]!.positive;
      return [7, 7]; // one token longer than the positive, so always wrong
    });
    const sequences = completions.map((completion, i) => [
      ...rules.documents[i]!.prompt,
      ...completion,
      VERDICT.opening,
    ]);
    const features = await hiddenFeatures({ decoder, sequences, feature: verdictFeature(VERDICT.opening) });
    examples.forEach((example, i) => expect(example.features).toEqual(rowOf(features, i)));
    decoder.dispose();
  });
});

/** The weights of a run that ends after `step` steps, by a signal. */
async function stateAt(step: number, options: Partial<FineTuneOptions>) {
  const decoder = createToy();
  const controller = new AbortController();
  const onProgress = (progress: { step: number }) => progress.step === step && controller.abort();
  const run = fineTuneVerified({ ...OPTIONS, ...options, decoder, onProgress, signal: controller.signal });
  await expect(run).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
  const weights = await valuesOf(decoder);
  decoder.dispose();
  return weights;
}

async function exactMatches(decoder: Decoder): Promise<number> {
  const { calibrationSet } = OPTIONS;
  const prompts = calibrationSet.map(({ prompt }) => prompt);
  const answers = await generateTokens({ decoder, prompts, maxNewTokens: 1 });
  return answers.filter(({ tokens }, i) => tokens[0] === calibrationSet[i]!.positive[0]).length;
}
