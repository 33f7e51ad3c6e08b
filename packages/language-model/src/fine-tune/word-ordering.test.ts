import { createRandom } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { tagSentence, wordOrderingItem } from './word-ordering.js';

it('draws two orders that differ from the sentence and from each other', () => {
  const random = createRandom(1);
  for (const words of ['the old dog ran home today.', 'so it was was what', 'a b c d'].map((text) => text.split(' '))) {
    for (let i = 0; i < 50; i++) {
      const item = wordOrderingItem({ words, random })!;
      expect([...item.prefix, ...item.positive]).toEqual(words);
      expect(item.positive).toHaveLength(3);
      const orders = [item.positive, item.shuffled, item.negative].map((order) => order.join(' '));
      expect(new Set(orders).size).toBe(3);
      expect(new Set(orders.map((order) => order.split(' ').sort().join(' '))).size).toBe(1);
    }
  }
});

it('makes no item of a sentence without other orders or without a prefix', () => {
  const random = createRandom(1);
  expect(wordOrderingItem({ words: ['x', 'a', 'a', 'a'], random })).toBeUndefined();
  expect(wordOrderingItem({ words: ['a', 'b', 'c'], random })).toBeUndefined();
  expect(wordOrderingItem({ words: ['a', 'b', 'c', 'd', 'e'], suffixLength: 4, random })!.positive).toHaveLength(4);
  expect(() => wordOrderingItem({ words: ['a', 'b'], suffixLength: 2, random })).toThrow(/3 or more, got 2/);
});

it('drops tags at the given rate, each way a third of the time', () => {
  const random = createRandom(2);
  expect(tagSentence(['a', 'b'])).toBe('<sentence>a b</sentence>');
  const counts = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const text = tagSentence(['a'], { dropRate: 0.1, random });
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  // Binomial: 18,000 ± 42 and 667 ± 25; four deviations.
  expect(Math.abs(counts.get('<sentence>a</sentence>')! - 18_000)).toBeLessThan(170);
  for (const text of ['a</sentence>', '<sentence>a', 'a']) expect(Math.abs(counts.get(text)! - 667)).toBeLessThan(100);
});
