import { SdmError } from '@sdmjs/core';
import { expect, test } from 'vitest';
import { armsNamed } from './arms.js';

const namesOf = (list: string) => armsNamed(list).map(({ name }) => name);

test('names and groups mean arms, each once, those that others build on first', () => {
  expect(namesOf('sdm-network, sdm,cross-entropy')).toEqual(['cross-entropy', 'sdm', 'sdm-network']);
  expect(namesOf('paper,sdm')).toEqual([
    'untuned',
    'cross-entropy',
    'cross-entropy-hard',
    'sdm',
    'sdm-hard',
    'sdm-network',
  ]);
  const all = namesOf('all');
  expect(all.indexOf('sdm-hard')).toBeLessThan(all.indexOf('base-mean-hard'));
  expect(new Set(all).size).toBe(all.length);
});

test('an unknown name is refused with the names there are', () => {
  const act = () => armsNamed('sdm,dpo');
  expect(act).toThrow(/wanted untuned, .*got "dpo"/);
  expect(act).toThrow(expect.toSatisfy((error) => SdmError.is(error, 'out-of-range')));
});
