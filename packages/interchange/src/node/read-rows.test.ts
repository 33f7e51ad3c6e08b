import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRows } from './read-rows.js';

let root: string;
let path: string;
const rowAt = (i: number) => JSON.stringify({ id: `row-${i}`, label: i % 3, embedding: [i, i / 7, -i] });
const text = Array.from({ length: 40_000 }, (_, i) => rowAt(i)).join('\n');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-rows-'));
  path = join(root, 'rows.jsonl');
  await writeFile(path, text);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const code = (wanted: string) => expect.objectContaining({ code: wanted });

it('reads a file of several pieces, and says how far it is', async () => {
  const heard: number[] = [];
  const rows = await readRows(path, { onProgress: ({ completed, total }) => heard.push(completed / total) });
  expect(rows.features).toMatchObject({ rows: 40_000, columns: 3 });
  expect(rows.ids[39_999]).toBe('row-39999');
  expect(Array.from(rows.features.data.slice(-3))).toEqual([39_999, 39_999 / 7, -39_999].map(Math.fround));
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.at(-1)).toBe(1);
});

it('reads a pipe', async () => {
  const pipe = join(root, 'pipe');
  execFileSync('bash', ['-c', 'mkfifo "$0"', pipe]);
  const [rows] = await Promise.all([readRows(pipe), writeFile(pipe, `${rowAt(1)}\n${rowAt(2)}`)]);
  expect(rows.ids).toEqual(['row-1', 'row-2']);
});

it('names the file and the line of an unsound row', async () => {
  const broken = join(root, 'broken.jsonl');
  await writeFile(broken, `${rowAt(1)}\n{"id":\n`);
  await expect(readRows(broken)).rejects.toThrow(`${broken}, line 2: `);
});

it('says what is wrong with a path', async () => {
  await expect(readRows(join(root, 'absent'))).rejects.toEqual(code('not-found'));
  await expect(readRows(root)).rejects.toEqual(code('bad-format'));
  await writeFile(join(root, 'empty'), '');
  await expect(readRows(join(root, 'empty'))).rejects.toEqual(code('empty-input'));
});

it.skipIf(process.getuid?.() === 0)('finds a file without permission', async () => {
  await writeFile(join(root, 'locked'), rowAt(1));
  await chmod(join(root, 'locked'), 0);
  await expect(readRows(join(root, 'locked'))).rejects.toEqual(code('not-readable'));
});

it('stops when told to', async () => {
  await expect(readRows(path, { signal: AbortSignal.abort() })).rejects.toEqual(code('aborted'));
});
