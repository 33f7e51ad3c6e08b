import { createMatrix, SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { createSupportSet, goodClassesOf, type SupportSet } from './support-set.js';

const parts: SupportSet = {
  representations: createMatrix(3, 2, Float32Array.of(1, 0, 2, 0, 0, 1)),
  labels: Int32Array.of(0, 1, -99),
  predictions: Int32Array.of(0, 0, 1),
  ids: ['a', 'b', 'c'],
};

it('takes classes from 0 on and rows of no class', () => {
  expect(createSupportSet(parts)).toEqual(parts);
});

it('calls a row good for its class only where label and prediction agree', () => {
  expect([...goodClassesOf(parts)]).toEqual([0, -1, -1]);
});

it.each<[string, Partial<SupportSet>, string]>([
  ['no rows', { representations: createMatrix(0, 2) }, 'empty-input'],
  ['rows of no width', { representations: createMatrix(3, 0) }, 'empty-input'],
  ['a missing label', { labels: Int32Array.of(0, 1) }, 'shape-mismatch'],
  ['a missing prediction', { predictions: Int32Array.of(0) }, 'shape-mismatch'],
  ['a missing id', { ids: ['a', 'b'] }, 'shape-mismatch'],
  ['a missing document', { documents: [undefined] }, 'shape-mismatch'],
  ['missing metadata', { metadata: [{}] }, 'shape-mismatch'],
  ['an unlabeled row', { labels: Int32Array.of(0, 1, -1) }, 'label-out-of-range'],
  ['a prediction of no class', { predictions: Int32Array.of(0, -99, 0) }, 'label-out-of-range'],
  ['an id twice', { ids: ['a', 'b', 'a'] }, 'duplicate-id'],
  ['ids equal under NFC', { ids: ['\u00e9', 'b', 'e\u0301'] }, 'duplicate-id'],
  ['an empty id', { ids: ['a', '', 'c'] }, 'bad-format'],
  ['NaN', { representations: createMatrix(3, 2, Float32Array.of(1, 0, Number.NaN, 0, 0, 1)) }, 'not-finite'],
])('refuses %s', (_, change, code) => {
  let error: unknown;
  try {
    createSupportSet({ ...parts, ...change });
  } catch (thrown) {
    error = thrown;
  }
  expect(SdmError.is(error) ? error.code : error).toBe(code);
});
