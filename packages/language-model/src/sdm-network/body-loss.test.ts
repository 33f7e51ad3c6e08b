import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Decoder } from '../decoder.js';
import { assignWeight, namedWeights } from '../decoder-weights.js';
import { describeOnBackends } from '../testing/backends.js';
import { referenceForward } from '../testing/reference-decoder.js';
import { createTinyDecoder } from '../testing/tiny.js';
import { type BodyBatch, bodyLossAndGradients } from './body-loss.js';
import { completionStates } from './completion-states.js';
import { headGradient, headLogits, startHeadTraining } from './head-training.js';
import { referenceHead } from './joint-head.js';
import { networkLoss } from './network-loss.js';
import { rescaledRegularizer } from './rescaled-regularizer.js';

const DOCUMENTS = [
  { prompt: [1, 2, 3], completion: [4, 5] },
  { prompt: [6], completion: [7, 8, 9] },
];
const SIGNALS = { similarities: [0.4, 3], distanceQuantiles: [0.9, 0.7] };

/** A mini-batch of two bodies; equal seeds make equal ones. */
function batchOf(decoder: Decoder, positive: Decoder, changes: Partial<BodyBatch> = {}): BodyBatch {
  return { decoder, positive, documents: DOCUMENTS, signals: SIGNALS, regularizerWeight: 0.1, ...changes };
}

function disposeAll(...decoders: Decoder[]): void {
  for (const decoder of decoders) decoder.dispose();
}

describeOnBackends('the loss of an SDM network by its body', () => {
  it('is at distance 0 before training, with half of the reference probability at every token', async () => {
    const [decoder, positive] = [createTinyDecoder(), createTinyDecoder()];
    const before = tf.memory().numTensors;
    const softmax = { similarities: [Math.E - 2, Math.E - 2], distanceQuantiles: [1, 1] };
    const { result } = await bodyLossAndGradients(batchOf(decoder, positive, { signals: softmax }));
    expect(tf.memory().numTensors).toBe(before);
    expect([result.distance, result.regularizer]).toEqual([0, 1]);
    const losses: number[] = [];
    for (const { prompt, completion } of DOCUMENTS) {
      const { tokenLogits } = await referenceForward(decoder, [...prompt, ...completion]);
      completion.forEach((token, k) => {
        const row = tokenLogits[prompt.length - 1 + k]!;
        const probability = Math.exp(row[token]!) / row.reduce((sum, z) => sum + Math.exp(z), 0);
        losses.push(-Math.log(probability / 2));
      });
    }
    // Float32 through two blocks against doubles; losses of order 3.
    expect(result.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / losses.length, 4);
    disposeAll(decoder, positive);
  });

  it('gives documents with d = 0 no gradient by any weight', async () => {
    const [decoder, positive] = [createTinyDecoder(1), createTinyDecoder(2)];
    const signals = { similarities: [5, 5], distanceQuantiles: [0, 0] };
    const { result, gradients } = await bodyLossAndGradients(batchOf(decoder, positive, { signals }));
    expect(result.loss).toBeCloseTo(Math.log(22) / Math.log(7), 5); // float32
    expect([...gradients.keys()]).toEqual([...namedWeights(positive.weights).keys()]);
    for (const [name, gradient] of gradients) expect(Math.max(...gradient.map(Math.abs)), name).toBe(0);
    // Beside a document with d > 0, the other's tokens move nothing: only the mean is over more tokens.
    const mixed = { similarities: [5, 0.4], distanceQuantiles: [0, 0.9] };
    const both = await bodyLossAndGradients(batchOf(decoder, positive, { signals: mixed, regularizerWeight: 0 }));
    const alone = { documents: [DOCUMENTS[1]!], signals: { similarities: [0.4], distanceQuantiles: [0.9] } };
    const one = await bodyLossAndGradients(batchOf(decoder, positive, { ...alone, regularizerWeight: 0 }));
    for (const [name, gradient] of both.gradients) {
      // Float32 sums in another order; entries of order 0.1.
      gradient.forEach((g, k) => expect(g, name).toBeCloseTo((one.gradients.get(name)![k]! * 3) / 5, 5));
    }
    disposeAll(decoder, positive);
  });

  it('has the gradient of finite differences by every kind of weight, that of the regulariser included', async () => {
    const [decoder, positive] = [createTinyDecoder(1), createTinyDecoder(2)];
    const batch = batchOf(decoder, positive, { regularizerWeight: 2 });
    const { result, gradients } = await bodyLossAndGradients(batch);
    const { slope } = rescaledRegularizer(result.loss, result.distance);
    expect(slope).toBeGreaterThan(0);
    // The exponent s is a constant to the gradient, so the slope stays that of the middle.
    const totalOf = async () => {
      const at = (await bodyLossAndGradients(batch)).result;
      return at.loss + batch.regularizerWeight * slope * at.distance;
    };
    const step = 1 / 128;
    for (const [name, weight] of namedWeights(positive.weights)) {
      const values = (await weight.data()).slice() as Float32Array;
      const place = steepest(gradients.get(name)!);
      const shiftedTotal = async (by: number) => {
        assignWeight(weight, values.with(place, values[place]! + by));
        return totalOf();
      };
      const difference = ((await shiftedTotal(step)) - (await shiftedTotal(-step))) / (2 * step);
      assignWeight(weight, values);
      const gradient = gradients.get(name)![place]!;
      // Float32 totals of order 10 over twice the step, and the third derivative times step²: within 2 % of the steepest entry.
      expect(Math.abs(gradient - difference), name).toBeLessThan(0.02 * Math.abs(gradient) + 2e-3);
    }
    disposeAll(decoder, positive);
  });

  it('is that of head-only training before the body moves, and so is the gradient at tokens that no text holds', async () => {
    const [decoder, positive] = [createTinyDecoder(), createTinyDecoder()];
    const { result, gradients } = await bodyLossAndGradients(batchOf(decoder, positive));
    const { states, targets, documents } = await completionStates({ decoder, documents: DOCUMENTS });
    const head = startHeadTraining(await referenceHead(decoder));
    const { reference, positive: logits } = await headLogits(decoder, head, states);
    const signals = {
      similarities: Array.from(documents, (index) => SIGNALS.similarities[index]!),
      distanceQuantiles: Array.from(documents, (index) => SIGNALS.distanceQuantiles[index]!),
    };
    const wanted = { targets, signals, regularizerWeight: 0.1 };
    const ofHead = networkLoss({ reference, negative: reference, positive: logits }, wanted);
    const byHead = await headGradient(decoder, states, ofHead.gradient);
    // One formula on logits that two float32 passes computed.
    expect(result.loss).toBeCloseTo(ofHead.loss, 5);
    const byEmbedding = gradients.get('embedding')!;
    for (const token of [0, 10]) {
      for (let k = 0; k < 8; k++) expect(byEmbedding[token * 8 + k]).toBeCloseTo(byHead[token * 8 + k]!, 5);
    }
    // Tied to its embedding: where a token is read too, its row has a second gradient.
    expect(byEmbedding[2 * 8]).not.toBeCloseTo(byHead[2 * 8]!, 4);
    head.variable.dispose();
    disposeAll(decoder, positive);
  });
});

/** Place of the entry of largest size. */
function steepest(gradient: Float32Array): number {
  return gradient.reduce((best, value, k) => (Math.abs(value) > Math.abs(gradient[best]!) ? k : best), 0);
}
