import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireWritableFile, writeFileAtomically } from './write-file.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-file-'));
  path = join(root, 'rows.jsonl');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const code = (wanted: string) => expect.objectContaining({ code: wanted });

it('replaces a file whole', async () => {
  await writeFile(path, 'old');
  await requireWritableFile(path);
  await writeFileAtomically(path, ['new ', new TextEncoder().encode('file')]);
  expect(await readFile(path, 'utf8')).toBe('new file');
  expect(await readdir(root)).toEqual(['rows.jsonl']);
});

it('leaves the old file when the pieces end in an error, which passes through', async () => {
  await writeFile(path, 'old');
  async function* pieces() {
    yield 'new';
    throw new RangeError('mine');
  }
  await expect(writeFileAtomically(path, pieces())).rejects.toEqual(new RangeError('mine'));
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(root)).toEqual(['rows.jsonl']);
});

it('says before any work where nothing can be written', async () => {
  for (const wrong of [root, join(root, 'absent', 'x'), '/proc/sdmjs']) {
    await expect(requireWritableFile(wrong)).rejects.toEqual(code('not-writable'));
    await expect(writeFileAtomically(wrong, ['x'])).rejects.toEqual(code('not-writable'));
  }
});

it.skipIf(!existsSync('/dev/full'))('says that a disk is full, and writes to devices as they are', async () => {
  await requireWritableFile('/dev/full');
  await expect(writeFileAtomically('/dev/full', ['x'])).rejects.toThrow(/cannot write \/dev\/full: ENOSPC/);
  await writeFileAtomically('/dev/null', ['x']);
  expect(existsSync('/dev/null')).toBe(true);
});
