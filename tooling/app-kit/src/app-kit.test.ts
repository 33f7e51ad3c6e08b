import { expect, it } from 'vitest';
import { formatTable, share, wholeNumber, wholeNumbers } from './index.js';

it('reads lists and ranges of numbers, and nothing else', () => {
  expect(wholeNumbers('0')).toEqual([0]);
  expect(wholeNumbers('0,2, 1-3')).toEqual([0, 2, 1, 3]);
  for (const wrong of ['', 'a', '-1', '1.5', '3-1', '1-2-3', '1,', '4294967296'])
    expect(() => wholeNumbers(wrong)).toThrow('Wanted');
  expect(() => wholeNumber('2147483648')).toThrow('Wanted a whole number below 2^31.');
});

it('takes shares between a half and one', () => {
  expect(share('.95')).toBe(0.95);
  for (const wrong of ['.5', '1', 'x', '']) expect(() => share(wrong)).toThrow('Wanted a number between .5 and 1.');
});

it('pads the columns of a table', () =>
  expect(formatTable(['', 'n'], [['rows', '12'], ['a']])).toBe(['       n', '────────', 'rows  12', 'a'].join('\n')));
