import { createRandom } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import { REFUTED, VERIFIED } from '../contrastive-masking.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import { drawCompletions, requireRates, type SamplingRates } from './draw-completions.js';
import { createHardNegatives } from './hard-negatives.js';
import { lossBasesFor, requireLoss, verdictLossBases } from './loss-bases.js';
import { createTinyDecoder } from '../testing/tiny.js';
import { startBackend } from '../testing/backends.js';

const documents: ContrastiveDocument[] = Array.from({ length: 8000 }, (_, i) => ({
  id: `d${i}`,
  prompt: [1],
  positive: [2],
  negative: [3],
}));
const OWN = [4];

/** Shares of positives, static negatives and own wrong answers, and of documents that were asked. */
async function sharesOf(rates: SamplingRates, isWrong = (_: ContrastiveDocument) => true) {
  let asked = 0;
  const drawn = await drawCompletions(documents, { ...rates, random: createRandom(7) }, async (some) => {
    asked = some.length;
    return some.map((document) => (isWrong(document) ? OWN : undefined));
  });
  expect(
    drawn.every(({ document, label }, i) => document === documents[i] && [REFUTED, VERIFIED].includes(label)),
  ).toBe(true);
  expect(drawn.every(({ label, completion }) => (label === VERIFIED) === (completion[0] === 2))).toBe(true);
  const share = (token: number) => drawn.filter(({ completion }) => completion[0] === token).length / documents.length;
  return [share(2), share(3), share(4), asked / documents.length];
}

describe('drawing completions', () => {
  it.each([
    ['by default', {}, [0.5, 0.375, 0.125, 0.25]],
    ['without generation', { generationRate: 0 }, [0.5, 0.5, 0, 0]],
    ['with every wrong answer used', { generationRate: 1, replacementRate: 1 }, [0.5, 0, 0.5, 0.5]],
    ['with every answer asked for, half of them used', { generationRate: 1 }, [0.5, 0.25, 0.25, 0.5]],
    ['with positives only', { positiveRate: 1 }, [1, 0, 0, 0]],
    ['with few positives', { positiveRate: 0.1, generationRate: 0.8, replacementRate: 0.25 }, [0.1, 0.72, 0.18, 0.72]],
  ])('keeps to the rates %s', async (_, rates, wanted) => {
    const shares = await sharesOf(rates);
    // 8,000 fair coins: a deviation of .0056; four of them.
    shares.forEach((share, i) => expect(Math.abs(share - wanted[i]!)).toBeLessThanOrEqual(0.0225));
  });

  it('uses the static negative where the own answer is right', async () => {
    expect(
      (await sharesOf({ positiveRate: 0, generationRate: 1, replacementRate: 1 }, () => false)).slice(1, 3),
    ).toEqual([1, 0]);
  });

  it('refuses rates that are no probabilities', () => {
    expect(() => requireRates({ replacementRate: 1.1 })).toThrow(/replacementRate in \[0, 1\], got 1.1/);
    expect(() => requireRates({})).not.toThrow();
  });
});

describe('hard negatives', () => {
  it('are the wrong greedy answers, kept until cleared, cut to the room', async () => {
    await startBackend('cpu');
    const decoder = createTinyDecoder();
    const rules = { decoder, opening: 9, room: 4, maxNewTokens: 6, allowedTokens: () => [5] };
    const isCorrect = ({ id }: ContrastiveDocument) => id === 'd1';
    const negatives = createHardNegatives({ ...rules, isCorrect });
    const some = documents.slice(0, 3);
    expect(await negatives.generate(some)).toEqual([[5, 5, 5], undefined, [5, 5, 5]]);
    expect(negatives.kept().size).toBe(2);
    expect(await negatives.recall(documents.slice(1, 4))).toEqual([undefined, [5, 5, 5], undefined]);
    negatives.clear();
    expect(await negatives.recall(some)).toEqual([undefined, undefined, undefined]);
    const stopped = createHardNegatives({
      ...rules,
      isCorrect,
      allowedTokens: (_, { length }) => [length === 1 ? 9 : 6],
    });
    expect(await stopped.generate(some)).toEqual([[6], undefined, [6]]);
    decoder.dispose();
  });
});

describe('loss bases', () => {
  const probabilities = [
    [0.25, 0.75],
    [0.5, 0.5],
    [1, 0],
  ];

  it('are 2 + SDM of the true verdict, not of the predicted one', () => {
    // Exact in float32.
    expect([...verdictLossBases(probabilities, [1, 0, 1])]).toEqual([2.75, 2.5, 2]);
  });

  it('are what the kind of loss says', async () => {
    const batch = { count: 3, random: createRandom(1), verdictBases: async () => Float32Array.of(2, 2.5, 3) };
    expect(await lossBasesFor('cross-entropy', batch)).toBeUndefined();
    expect(await lossBasesFor({ constantBase: 3 }, batch)).toEqual(Float32Array.of(3, 3, 3));
    expect(await lossBasesFor('sdm', batch)).toEqual(Float32Array.of(2, 2.5, 3));
    const orders = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const permuted = (await lossBasesFor('permuted', batch))!;
      expect([...permuted].sort()).toEqual([2, 2.5, 3]);
      orders.add(permuted.join());
    }
    expect(orders.size).toBe(6);
  });

  it('refuse what is no base, and a layer that would see one verdict', () => {
    expect(() => requireLoss({ constantBase: 1 })).toThrow(/above 1, got 1/);
    expect(() => requireLoss('sdm', 1)).toThrow(/positiveRate of 1/);
    expect(() => requireLoss('cross-entropy', 1)).not.toThrow();
  });
});
