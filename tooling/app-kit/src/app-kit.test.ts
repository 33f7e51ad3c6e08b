import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { formatTable, openRunFolder, readRunFolder, wholeNumbers } from './index.js';

const home = mkdtempSync(join(tmpdir(), 'app-kit-'));
afterAll(() => rmSync(home, { recursive: true }));

it('reads lists and ranges of numbers, and nothing else', () => {
  expect(wholeNumbers('0')).toEqual([0]);
  expect(wholeNumbers('0,2, 1-3')).toEqual([0, 2, 1, 3]);
  for (const wrong of ['', 'a', '-1', '1.5', '3-1', '1-2-3', '1,', '4294967296'])
    expect(wholeNumbers(wrong)).toBe(undefined);
});

it('pads the columns of a table', () =>
  expect(formatTable(['', 'n'], [['rows', '12'], ['a']])).toBe(['       n', '────────', 'rows  12', 'a'].join('\n')));

it('goes on in the folder of the same run and refuses any other', () => {
  const path = join(home, 'run');
  openRunFolder(path, { seed: 1 }).writeJson('made.json', [1]);
  expect(openRunFolder(path, { seed: 1 }).readJson('made.json')).toEqual([1]);
  expect(readRunFolder(path).settings).toEqual({ seed: 1 });
  expect(() => openRunFolder(path, { seed: 2 })).toThrow(/other settings/);
  expect(openRunFolder(path, { seed: 2 }, { fresh: true }).has('made.json')).toBe(false);
  writeFileSync(join(home, 'file'), '');
  expect(() => openRunFolder(join(home, 'file'), {})).toThrow(/not a folder/);
  expect(() => openRunFolder(home, {})).toThrow(/no run of this app/);
  expect(() => readRunFolder(home)).toThrow(/not the folder of a run/);
});
