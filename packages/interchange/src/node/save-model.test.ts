import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fixtureCalibration, scoreFixture } from '../testing/score-fixture.js';
import { loadModel } from './load-model.js';
import { requireWritable, saveModel } from './save-model.js';
import { siblingPath } from './siblings.js';

let root: string;
let folder: string;
const older = scoreFixture({ modelId: 'older' });
const newer = scoreFixture({ modelId: 'newer', calibrationScores: fixtureCalibration() });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-'));
  folder = join(root, 'a', 'model.sdmkitmodel');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const idAt = async (path: string) => (await loadModel(path)).modelId;

it('saves into folders that it makes, and loads again', async () => {
  await saveModel(newer, folder);
  expect(await readdir(join(root, 'a'))).toEqual(['model.sdmkitmodel']);
  expect((await readdir(folder)).toSorted()).toEqual([
    'calibration.jsonl',
    'manifest.json',
    'support.f32',
    'support.jsonl',
    'weights.f32',
  ]);
  const loaded = await loadModel(folder, { targetAccuracy: 0.8, expectedFingerprint: 'scored-document-fixture-v1' });
  expect(loaded).toMatchObject({ modelId: 'newer', targetAccuracy: 0.8, calibrationScores: newer.calibrationScores });
});

it('replaces a model only when told to, whole', async () => {
  await saveModel(newer, folder);
  await expect(saveModel(older, folder)).rejects.toEqual(code('destination-exists'));
  expect(await idAt(folder)).toBe('newer');
  await saveModel(older, folder, { overwrite: true });
  expect(await idAt(folder)).toBe('older');
  expect(await readdir(folder)).not.toContain('calibration.jsonl');
  expect(await readdir(join(root, 'a'))).toEqual(['model.sdmkitmodel']);
});

it.each([
  ['a folder of something else', (path: string) => mkdir(path, { recursive: true })],
  ['a file', (path: string) => mkdir(join(path, '..'), { recursive: true }).then(() => writeFile(path, 'x'))],
])('never replaces %s', async (_, make) => {
  await make(folder);
  await expect(saveModel(newer, folder, { overwrite: true })).rejects.toEqual(code('destination-exists'));
});

it('finds a path that cannot be written before any training', async () => {
  await writeFile(join(root, 'file'), 'x');
  await expect(requireWritable(join(root, 'file', 'model'))).rejects.toEqual(code('not-writable'));
  await expect(saveModel(newer, join(root, 'file', 'model'))).rejects.toEqual(code('not-writable'));
  await requireWritable(folder);
  expect(await readdir(join(root, 'a'))).toEqual([]);
  await saveModel(newer, folder);
  await expect(requireWritable(folder)).rejects.toEqual(code('destination-exists'));
  await requireWritable(folder, { overwrite: true });
});

it.skipIf(!existsSync('/proc/version'))('gives up on a file system that makes no folders', async () => {
  await expect(requireWritable('/proc/sdmjs/model')).rejects.toEqual(code('not-writable'));
});

it.skipIf(process.getuid?.() === 0)('finds a folder without permission', async () => {
  await mkdir(join(root, 'a'));
  await chmod(join(root, 'a'), 0o500);
  await expect(requireWritable(folder)).rejects.toEqual(code('not-writable'));
});

it('leaves the old model when the new one is unsound', async () => {
  await saveModel(older, folder);
  const { model } = newer;
  const unsound = { ...newer, model: { ...model, maxSimilarity: 0 } };
  await expect(saveModel(unsound, folder, { overwrite: true })).rejects.toEqual(code('bad-format'));
  expect(await idAt(folder)).toBe('older');
  expect(await readdir(join(root, 'a'))).toEqual(['model.sdmkitmodel']);
});

it('reads what a killed save had set aside, and the next save clears it away', async () => {
  await saveModel(older, folder);
  // A process id beyond every limit of Linux and macOS: nobody has it.
  const ofDeadProcess = (kind: 'previous' | 'staging') => siblingPath(folder, kind).replace(/-\d+-/, '-99999999-');
  await rename(folder, ofDeadProcess('previous'));
  await mkdir(ofDeadProcess('staging'));
  expect(await idAt(folder)).toBe('older');
  await expect(saveModel(newer, folder)).rejects.toEqual(code('destination-exists'));
  await saveModel(newer, folder, { overwrite: true });
  expect(await idAt(folder)).toBe('newer');
  expect(await readdir(join(root, 'a'))).toEqual(['model.sdmkitmodel']);
});

it('says what is wrong with a path that holds no package', async () => {
  await expect(loadModel(folder)).rejects.toEqual(code('not-found'));
  await saveModel(newer, folder);
  await expect(loadModel(join(folder, 'manifest.json'))).rejects.toEqual(code('bad-format'));
  await symlink(folder, join(root, 'link'));
  await expect(loadModel(join(root, 'link'))).rejects.toEqual(code('bad-format'));
  await rename(join(folder, 'weights.f32'), join(root, 'weights.f32'));
  await symlink(join(root, 'weights.f32'), join(folder, 'weights.f32'));
  await expect(loadModel(folder)).rejects.toEqual(code('bad-format'));
});

it('refuses a file that is too large without reading it', async () => {
  for (const [name, size] of Object.entries({ 'manifest.json': 2 ** 26, 'support.f32': 2 ** 31 - 1 })) {
    await saveModel(newer, folder, { overwrite: true });
    await truncate(join(folder, name), size + 1); // a hole: it takes no room
    await expect(loadModel(folder)).rejects.toEqual(
      expect.objectContaining({ code: 'bad-format', message: expect.stringContaining(`at most ${size} bytes`) }),
    );
    await rm(folder, { recursive: true });
  }
});

it('keeps metadata that it does not know', async () => {
  const metadata = { iterationSeeds: [2n ** 64n - 1n], someBodyElse: { list: [1, 0.5, null] } };
  await saveModel(scoreFixture({ metadata }), folder);
  await saveModel(await loadModel(folder), folder, { overwrite: true });
  expect((await loadModel(folder)).metadata).toEqual(metadata);
  expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toContain('18446744073709551615');
});
