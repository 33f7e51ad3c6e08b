import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { expect, test } from 'vitest';
import { openRunFolder, readRunFolder } from './run-folder.js';

const settings = (seed: number) => ({ seed });
const newPath = () => join(mkdtempSync(join(tmpdir(), 'app-kit-')), 'run');
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return SdmError.is(error) ? error.code : error;
  }
};

test('what a stage wrote is read again after reopening', () => {
  const path = newPath();
  openRunFolder(path, settings(0)).writeJson('a.json', { b: 1 });
  expect(openRunFolder(path, settings(0)).readJson('a.json')).toEqual({ b: 1 });
  const { folder, settings: read } = readRunFolder(path);
  expect(folder.has('a.json')).toBe(true);
  expect(read).toEqual(settings(0));
});

test('other settings in the same folder are refused, unless the run starts anew', () => {
  const path = newPath();
  openRunFolder(path, settings(0)).writeBytes('weights', Uint8Array.of(1));
  expect(codeOf(() => openRunFolder(path, settings(1)))).toBe('destination-exists');
  expect(openRunFolder(path, settings(1), { fresh: true }).has('weights')).toBe(false);
});

test('a folder with other files is never taken, not even anew', () => {
  const path = mkdtempSync(join(tmpdir(), 'app-kit-'));
  writeFileSync(join(path, 'thesis.txt'), 'years of work');
  expect(codeOf(() => openRunFolder(path, settings(0)))).toBe('destination-exists');
  expect(codeOf(() => openRunFolder(path, settings(0), { fresh: true }))).toBe('destination-exists');
  expect(existsSync(join(path, 'thesis.txt'))).toBe(true);
});

test('a folder that another process has open is refused and stays as it is, also anew', () => {
  const path = newPath();
  openRunFolder(path, settings(0)).writeBytes('weights', Uint8Array.of(1));
  writeFileSync(join(path, '.lock'), String(process.ppid));
  for (const fresh of [false, true]) {
    expect(codeOf(() => openRunFolder(path, settings(0), { fresh }))).toBe('not-writable');
    expect(readRunFolder(path).folder.has('weights')).toBe(true);
  }
});

test('a path that cannot be a folder is found at once', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'app-kit-')), 'file');
  writeFileSync(file, '');
  expect(codeOf(() => openRunFolder(file, settings(0)))).toBe('not-writable');
  expect(codeOf(() => openRunFolder(join(file, 'below'), settings(0)))).toBe('not-writable');
  if (existsSync('/proc/version')) expect(codeOf(() => openRunFolder('/proc/run', settings(0)))).toBe('not-writable');
});

test('what a killed process left half-written is removed and never read', () => {
  const path = newPath();
  openRunFolder(path, settings(0));
  writeFileSync(join(path, '.writing-99-items.json'), '{"half":');
  writeFileSync(join(path, `fine-tuning.safetensors.${crypto.randomUUID()}`), '');
  mkdirSync(join(path, '.language-model.staging-1'));
  expect(openRunFolder(path, settings(0)).has('items.json')).toBe(false);
  expect(readdirSync(path).toSorted()).toEqual(['.lock', 'run.json']);
});

test('a folder that is no run cannot be read as one', () => {
  expect(codeOf(() => readRunFolder(mkdtempSync(join(tmpdir(), 'app-kit-'))))).toBe('bad-format');
});
