import { createRandom } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { chooseToken, logSumExp } from './choose-token.js';

const LOGITS = Float32Array.from([0, Math.log(2), Math.log(5), Math.log(2)]); // probabilities .1 .2 .5 .2

it('takes the likeliest token, the lowest id on a tie', () => {
  const random = createRandom(0);
  expect(chooseToken(LOGITS, undefined, { random })).toBe(2);
  expect(chooseToken(LOGITS, [3, 1, 0], { random })).toBe(1);
});

it.each([
  [{ temperature: 1 }, undefined, [0.1, 0.2, 0.5, 0.2]],
  [{ temperature: 0.5 }, undefined, [1 / 34, 4 / 34, 25 / 34, 4 / 34]],
  [{ temperature: 1, topP: 0.6 }, undefined, [0, 2 / 7, 5 / 7, 0]],
  [{ temperature: 1 }, [0, 1, 1], [1 / 3, 2 / 3, 0, 0]],
])('draws with %o among %o in the right shares', (sampling, allowed, shares) => {
  const random = createRandom(5);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) counts[chooseToken(LOGITS, allowed, { ...sampling, random })]! += 1;
  // Four standard errors of a share from 4000 draws: 4 · √(.25 / 4000) = .032.
  shares.forEach((share, token) => {
    expect(Math.abs(counts[token]! / 4000 - share)).toBeLessThan(0.032);
  });
});

it('sums exponentials without overflow', () => {
  expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 9);
  expect(logSumExp(LOGITS)).toBeCloseTo(Math.log(10), 6);
});
