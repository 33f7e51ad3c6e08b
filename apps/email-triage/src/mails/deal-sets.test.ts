import { expect, it } from 'vitest';
import { dealSets } from './deal-sets.js';
import { readBrownSentences } from './far-texts.js';
import type { LabeledItem } from './read-mails.js';

const mails = (name: string, count: number, labelOf: (i: number) => number): LabeledItem[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${name}-${i}`, label: labelOf(i), text: `text ${i} of ${name}` }));
const brown = Array.from({ length: 40 }, (_, i) => ({ id: `brown-${i}`, label: undefined, text: `sentence ${i}` }));
const all = {
  brown,
  easy: mails('easy', 400, (i) => Number(i % 4 === 0)),
  hardHam: mails('hard', 20, () => 0),
};
const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id);

it('deals each class in its share, no mail twice, and the same for the same seed', () => {
  const sets = dealSets(all, 80, 1);
  const counts = [sets.support, sets.calibration, sets.test].map((set) => [
    set.length,
    set.filter(({ label }) => label === 1).length,
  ]);
  expect(counts).toEqual([
    [80, 20],
    [80, 20],
    [51, 13],
  ]);
  const dealt = [sets.support, sets.calibration, sets.test].flatMap(ids);
  expect(new Set(dealt).size).toBe(dealt.length);
  expect(dealSets(all, 80, 1)).toEqual(sets);
  expect(ids(dealSets(all, 80, 2).support)).not.toEqual(ids(sets.support));
});

it('deals every mail when all are wanted', () => {
  const { support, calibration, test, hardHam } = dealSets(all, 'all', 0);
  expect([support.length, calibration.length, test.length, hardHam.length]).toEqual([160, 160, 80, 20]);
});

it('takes far texts from Brown and makes others of the words of test mails', () => {
  const { brown, shuffled, test } = dealSets(all, 80, 3);
  expect([brown.length, shuffled.length]).toEqual([15, 15]);
  const sorted = (text: string) => text.split(/\s+/).sort().join(' ');
  for (const { id, label, text } of shuffled) {
    const original = test.find((mail) => `shuffled/${mail.id}` === id)!;
    expect([label, sorted(text)]).toEqual([original.label, sorted(original.text)]);
  }
});

it('reads Brown sentences without their tags', () => {
  const sentences = readBrownSentences();
  expect(sentences.length).toBeGreaterThan(30_000);
  expect(sentences[0]!.text).toMatch(/^The Fulton County Grand Jury said Friday an investigation of .* took place\.$/);
  const tagged = sentences.filter(({ text }) => /\/(?:at|in|jj|nn|np|vb)(?: |$)/.test(text));
  expect(tagged.map(({ text }) => text)).toEqual([]);
});
