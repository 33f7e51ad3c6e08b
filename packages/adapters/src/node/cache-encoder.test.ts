import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { afterAll, expect, it } from 'vitest';
import { testEncoder } from '../testing/index.js';
import { createLetterEncoder } from '../testing/letter-encoder.js';
import { cacheEncoder } from './index.js';

const home = mkdtempSync(join(tmpdir(), 'sdmjs-cache-'));
afterAll(() => rmSync(home, { recursive: true }));
let folders = 0;
const freshFolder = () => join(home, String(folders++));

const createCached = async (folder = freshFolder(), revision?: string) => {
  const encoder = await createLetterEncoder(revision);
  return { cached: cacheEncoder({ encoder, folder }), batches: encoder.batches, folder };
};

testEncoder('cached', async () => (await createCached()).cached, { tolerance: 0 });

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

it('encodes a text once: within a request, in the next one and in another process', async () => {
  const { cached, batches, folder } = await createCached();
  const first = await cached.encode(['a', 'b', 'a', 'c']);
  expect(batches).toEqual([['a', 'b'], ['c']]);
  expect(await cached.encode(['a', 'b', 'a', 'c'])).toEqual(first);
  const later = await createCached(folder);
  const progress: unknown[] = [];
  const again = await later.cached.encode(['a', 'd', 'a'], { onProgress: (event) => progress.push(event) });
  expect(later.batches).toEqual([['d']]);
  expect([...again.data.subarray(0, 27)]).toEqual([...first.data.subarray(0, 27)]);
  expect(progress).toEqual([
    { completed: 2, total: 3, fromCache: 2 },
    { completed: 3, total: 3, fromCache: 2 },
  ]);
});

it('keeps the rows of two encoders apart', async () => {
  const { folder } = await createCached();
  const [one, two] = [await createCached(folder), await createCached(folder, '2')];
  await one.cached.encode(['a']);
  await two.cached.encode(['a']);
  expect(two.batches).toEqual([['a']]);
});

const damages: [string, (bytes: Buffer) => Buffer][] = [
  ['cut short', (bytes) => bytes.subarray(0, bytes.length - 4)],
  ['emptied', () => Buffer.alloc(0)],
  ['overwritten with zeros', (bytes) => Buffer.alloc(bytes.length)],
  [
    'changed in one bit',
    (bytes) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    },
  ],
];
it.each(damages)('makes an entry again that was %s', async (_, damage) => {
  const { cached, folder } = await createCached();
  const wanted = await cached.encode(['a text']);
  const [path, ...others] = filesIn(folder);
  expect(others).toEqual([]);
  const whole = readFileSync(path!);
  writeFileSync(path!, damage(Buffer.from(whole)));
  const again = await createCached(folder);
  expect(await again.cached.encode(['a text'])).toEqual(wanted);
  expect(again.batches).toEqual([['a text']]);
  expect(readFileSync(path!)).toEqual(whole);
});

it('keeps what was encoded before it was stopped, and no unfinished file', async () => {
  const { cached, folder } = await createCached();
  const stop = new AbortController();
  const stopped = cached.encode(['a', 'b', 'c'], { batchSize: 1, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(stopped).rejects.toThrow(/stopped/);
  const again = await createCached(folder);
  await again.cached.encode(['a', 'b', 'c']);
  expect(again.batches.flat()).toEqual(['b', 'c']);
  expect(filesIn(folder).every((path) => /\/[0-9a-f]{64}$/.test(path))).toBe(true);
});

it('says when it cannot write', async () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  const { cached } = await createCached(file);
  const error = await cached.encode(['a']).catch((thrown: unknown) => thrown);
  expect(SdmError.is(error, 'not-writable')).toBe(true);
});
