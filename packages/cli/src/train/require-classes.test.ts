import { expect, it } from 'vitest';
import { requireClasses } from './require-classes.js';

const file = (path: string, labels: readonly number[]) => ({
  path,
  rows: { labels: Int32Array.from(labels), lines: Int32Array.from(labels, (_, i) => i + 1) },
});
const refuse = (training: number[], calibration: number[], classCount?: number) => () =>
  requireClasses([file('t.jsonl', training), file('c.jsonl', calibration)], classCount);

it.each<[string, number[], number[], number | undefined, string]>([
  [
    'one mistyped label',
    [0, 1, 99999999, 1],
    [0, 1],
    undefined,
    't.jsonl, line 3: label 99999999 makes 100000000 classes, which are numbered from 0; the labels seen are 0, 1, 99999999: correct the label in that line, or number the 3 classes 0 … 2',
  ],
  [
    'classes numbered from 1',
    [1, 2],
    [2, 3, 1],
    undefined,
    'c.jsonl, line 2: label 3 makes 4 classes, which are numbered from 0; the labels seen are 1, 2, 3: subtract 1 from every label',
  ],
  [
    'a class that one file lacks',
    [0, 1, 2],
    [0, 1],
    undefined,
    'c.jsonl: there is no row of class 2, which t.jsonl, line 3 has; the labels seen are 0, 1: give rows of every class in both files (sdm split keeps the shares of the labels)',
  ],
  [
    'one class alone',
    [0, 0],
    [0],
    undefined,
    't.jsonl: there is no row of class 1; the labels seen are 0: give rows of every class in both files (sdm split keeps the shares of the labels)',
  ],
  [
    'more names than classes',
    [0, 1],
    [0, 1],
    3,
    't.jsonl: there is no row of class 2; the labels seen are 0, 1: give rows of every class in both files (sdm split keeps the shares of the labels), or correct --class-names, --number-of-classes or --initial-model',
  ],
])('refuses %s', (_, training, calibration, classCount, message) => {
  expect(refuse(training, calibration, classCount)).toThrowError(
    expect.objectContaining({ code: 'class-missing', message }),
  );
});

it('shows a dozen of many labels, and takes what is whole', () => {
  const many = Array.from({ length: 40 }, (_, i) => i);
  expect(refuse(many, many)).not.toThrow();
  expect(refuse([...many, 50], many)).toThrowError(/seen are 0, 1, .*, 10, …, 50: correct/);
});
