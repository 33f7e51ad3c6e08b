import { createRandom } from '@sdmjs/core';
import { expect, test } from 'vitest';
import { anotherOrder, findSites, isExactMatch, itemAt } from './items.js';

const rules = { answerLength: 3, minLength: 6, maxLength: 24, isKnown: (word: string) => word !== 'rare' };
const located = (text: string) => ({ source: 'one', sentence: text.split(' ') });
const ends = (text: string) => findSites(located(text), rules).map((site) => site.end);

test('a site stands before every clause end that has enough before it', () => {
  expect(ends('we shall do what we can , and the people will help .')).toEqual([6, 12]);
});

test.each([
  ['an unknown word in the answer', 'we shall do what we rare .'],
  ['a repeated word in the answer', 'we shall do that and that .'],
  ['a number in the answer', 'we shall do this in 1,200 acts .'],
  ['fewer than three words before', 'then , we do what we can'],
  ['no clause end', 'we shall do what we can'],
])('%s gives no site', (_, text) => {
  expect(ends(text)).toEqual([]);
});

test('an unknown word in the prefix is allowed', () => {
  expect(ends('we shall rare do what we can .')).toEqual([7]);
});

test('an item holds prefix, answer and the answer in another order', () => {
  const site = findSites(located('we shall do what we can .'), rules)[0]!;
  const item = itemAt(site, { id: 'a', answerLength: 3, random: createRandom(0) });
  expect(item).toMatchObject({ id: 'a', source: 'one', prefix: ['we', 'shall', 'do'], answer: ['what', 'we', 'can'] });
  expect(item.shuffled).not.toEqual(item.answer);
});

test('another order is neither the first nor those named', () => {
  const random = createRandom(1);
  for (let i = 0; i < 50; i++) {
    const once = anotherOrder(['a', 'b', 'c'], random);
    const twice = anotherOrder(['a', 'b', 'c'], random, once);
    expect(new Set(['a b c', once.join(' '), twice.join(' ')]).size).toBe(3);
  }
});

test('only the very words in the very order are an exact match', () => {
  const item = { answer: ['what', 'we', 'can'] };
  expect(isExactMatch(item, ['what', 'we', 'can'])).toBe(true);
  expect(isExactMatch(item, ['we', 'what', 'can'])).toBe(false);
  expect(isExactMatch(item, ['what', 'we'])).toBe(false);
});
