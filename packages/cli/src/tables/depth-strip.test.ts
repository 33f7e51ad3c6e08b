import type { NearestExemplar } from '@sdmjs/estimator';
import { expect, it } from 'vitest';
import { depthStrip, exemplarTable } from './depth-strip.js';

const good = (count: number) => '●'.repeat(count);

it.each<[string, number, { similarity: number; isBroken: boolean }, string]>([
  ['a short run', 10, { similarity: 3, isBroken: true }, '●●●✗······'],
  ['the nearest one disagrees', 3, { similarity: 0, isBroken: true }, '✗··'],
  ['no exemplar', 0, { similarity: 0, isBroken: false }, ''],
  ['a run as long as the line', 60, { similarity: 59, isBroken: true }, `${good(59)}✗`],
  ['a run that ends one mark further', 61, { similarity: 60, isBroken: true }, `${good(20)}…(31 more)…${good(9)}✗`],
  ['a long run', 118, { similarity: 117, isBroken: true }, `${good(20)}…(88 more)…${good(9)}✗`],
  ['a long run and more', 200, { similarity: 117, isBroken: true }, `${good(20)}…(88 more)…${good(9)}✗·····…(77 more)`],
  ['a short run and many more', 70, { similarity: 2, isBroken: true }, `●●✗${'·'.repeat(57)}…(10 more)`],
  ['a long run that nothing ends', 300, { similarity: 300, isBroken: false }, `${good(20)}…(270 more)…${good(10)}`],
])('marks %s', (_, count, run, strip) => {
  expect(depthStrip(count, run)).toBe(strip);
});

it('lists the exemplar that ends the run beyond those shown', () => {
  const exemplars = Array.from({ length: 80 }, (_, i): NearestExemplar => {
    return { index: i, id: `r${i}`, label: 0, prediction: 0, squaredDistance: i, isGood: i < 79 };
  });
  const table = exemplarTable(exemplars, {
    classNames: ['no', 'yes'],
    shown: 1,
    run: { similarity: 79, isBroken: true },
  });
  expect(table.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^● 1 .* r0$/),
    expect.stringMatching(/^✗ 80 .* r79$/),
  ]);
});
