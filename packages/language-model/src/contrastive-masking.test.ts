import { expect, it } from 'vitest';
import { encodeContrastive, REFUTED, VERIFIED } from './contrastive-masking.js';

const item = { prompt: [1, 2, 3], completion: [4, 5], verdict: { opening: 6, yes: 7, no: 8, closing: [9] } };

it('puts the whole completion of a positive into the loss', () => {
  const { tokens, weights } = encodeContrastive({ ...item, label: VERIFIED });
  expect(tokens).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
  expect(weights).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
});

it('starts the loss of a negative at <verified>', () => {
  const { tokens, weights } = encodeContrastive({ ...item, label: REFUTED });
  expect(tokens).toEqual([1, 2, 3, 4, 5, 6, 8, 9]);
  expect(weights).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
});

it('puts a negative into the loss, whole, where it is told not to mask', () => {
  const unmasked = { ...item, label: REFUTED, maskNegatives: false };
  expect(encodeContrastive(unmasked).weights).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  expect(encodeContrastive({ ...unmasked, textLength: 1 }).weights).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
});

it('puts running text at the end of the prompt into the loss of a positive', () => {
  const withText = { ...item, textLength: 2 };
  expect(encodeContrastive({ ...withText, label: VERIFIED }).weights).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  expect(encodeContrastive({ ...withText, label: REFUTED }).weights).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  expect(() => encodeContrastive({ ...item, textLength: 4, label: VERIFIED })).toThrow(/textLength in \[0, 3\]/);
});

it('weighs the verdict and its opening as told, and carries the loss base', () => {
  const encoded = encodeContrastive({ ...item, label: REFUTED, verdictWeight: 4, openingWeight: 0, lossBase: 2.5 });
  expect(encoded.weights).toEqual([0, 0, 0, 0, 0, 0, 4, 1]);
  expect(encoded.lossBase).toBe(2.5);
});

it('gives the Yes or No token the base 2 + q and the exponent d', () => {
  const verdictSignals = { similarity: 7, distanceQuantile: 0.25 };
  const { tokens, tokenLoss } = encodeContrastive({ ...item, label: REFUTED, verdictSignals });
  expect(tokenLoss).toEqual({ index: 6, base: 9, exponent: 0.25 });
  expect(tokens[6]).toBe(8);
});

it('knows two classes', () => {
  expect(() => encodeContrastive({ ...item, label: 2 })).toThrow(/label 0 or 1, got 2/);
});
