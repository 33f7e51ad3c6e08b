import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matrixFromRows } from '@sdmjs/core';
import { createEnsemble } from '@sdmjs/estimator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signalOf } from '../testing/killed-process.js';
import { fixtureCalibration, scoreFixture } from '../testing/score-fixture.js';
import { loadEnsemble, saveEnsemble } from './ensemble-folder.js';
import { loadModel } from './load-model.js';
import { saveModel } from './save-model.js';

let root: string;
let folder: string;
const ensembleOf = (...ids: string[]) =>
  createEnsemble(
    ids.map((modelId) =>
      scoreFixture({
        modelId,
        targetAccuracy: 0.8,
        ...(modelId === 'a' && { calibrationScores: fixtureCalibration() }),
      }),
    ),
  );
const idsAt = async (path: string) =>
  (await loadEnsemble(path, { targetAccuracy: 0.8 })).members.map(({ modelId }) => modelId);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-'));
  folder = join(root, 'ensemble');
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('comes back member by member, with the same estimates; each member is a model', async () => {
  const ensemble = ensembleOf('a', 'b', 'c');
  await saveEnsemble(ensemble, folder);
  expect((await readdir(folder)).toSorted()).toEqual([
    'ensemble.json',
    'member-1.sdmkitmodel',
    'member-2.sdmkitmodel',
    'member-3.sdmkitmodel',
  ]);
  expect(await readdir(root)).toEqual(['ensemble']);
  const loaded = await loadEnsemble(folder, { targetAccuracy: 0.8, expectedFingerprint: 'scored-document-fixture-v1' });
  const queries = matrixFromRows([
    [2, 0],
    [0, 1],
    [4, 4],
  ]);
  expect(await loaded.estimateAll(queries)).toEqual(await ensemble.estimateAll(queries));
  expect(loaded.members[0]!.calibrationScores).toEqual(fixtureCalibration());
  expect((await loadModel(join(folder, 'member-2.sdmkitmodel'))).modelId).toBe('b');
});

it('replaces an ensemble only when told to, and nothing else ever', async () => {
  await saveEnsemble(ensembleOf('a', 'b', 'c'), folder);
  await expect(saveEnsemble(ensembleOf('d'), folder)).rejects.toThrow(code('destination-exists'));
  expect(await idsAt(folder)).toEqual(['a', 'b', 'c']);
  await saveEnsemble(ensembleOf('d', 'e'), folder, { overwrite: true });
  expect(await idsAt(folder)).toEqual(['d', 'e']);
  expect(await readdir(folder)).toHaveLength(3);
  const single = join(root, 'model.sdmkitmodel');
  await saveModel(scoreFixture(), single);
  await expect(saveEnsemble(ensembleOf('a'), single, { overwrite: true })).rejects.toThrow(code('destination-exists'));
  await expect(saveModel(scoreFixture(), folder, { overwrite: true })).rejects.toThrow(code('destination-exists'));
  await expect(loadEnsemble(single)).rejects.toThrow(code('not-found'));
});

it('refuses a member that is missing, of another save, or of another ensemble’s features', async () => {
  await saveEnsemble(ensembleOf('a', 'b'), folder);
  const other = join(root, 'other');
  await saveEnsemble(ensembleOf('a', 'x'), other);
  const broken = join(root, 'broken');
  const breakBy = async (change: () => Promise<unknown>) => {
    await rm(broken, { recursive: true, force: true });
    await cp(folder, broken, { recursive: true });
    await change();
  };
  const second = join(broken, 'member-2.sdmkitmodel');
  await breakBy(() => rm(second, { recursive: true }));
  await expect(loadEnsemble(broken)).rejects.toThrow(code('not-found'));
  await breakBy(() => rm(second, { recursive: true }));
  await cp(join(other, 'member-2.sdmkitmodel'), second, { recursive: true });
  await expect(loadEnsemble(broken)).rejects.toThrow(code('bad-checksum'));
  await breakBy(() => writeFile(join(second, 'weights.f32'), new Uint8Array(48)));
  await expect(loadEnsemble(broken)).rejects.toThrow(code('bad-checksum'));
  const list = join(broken, 'ensemble.json');
  const edits: [from: string, to: string, wanted: string][] = [
    ['"schemaVersion": 1', '"schemaVersion": 2', 'unsupported-version'],
    ['"member-2.sdmkitmodel"', '"../other/member-2.sdmkitmodel"', 'bad-format'],
    ['"modelID"', '"modelId"', 'bad-format'],
  ];
  for (const [from, to, wanted] of edits) {
    await breakBy(async () => writeFile(list, (await readFile(list, 'utf8')).replace(from, to)));
    await expect(loadEnsemble(broken)).rejects.toThrow(code(wanted));
  }
  await breakBy(() => writeFile(list, '{ "schemaVersion": 1, "members": [] }'));
  await expect(loadEnsemble(broken)).rejects.toThrow(code('empty-input'));
  await expect(loadEnsemble(folder, { expectedFingerprint: 'other' })).rejects.toThrow(code('fingerprint-mismatch'));
});

it('leaves the old ensemble or the new one, whole, when the process is killed', async () => {
  const script = new URL('../testing/save-until-killed.ts', import.meta.url);
  const found: string[] = [];
  // Within the first member, between the two renames, after them, and not at all.
  for (const call of [5, 19, 20, 0]) {
    await saveEnsemble(ensembleOf('a', 'b'), folder, { overwrite: true });
    const signal = await signalOf(script, [folder, call, 'ensemble']);
    found.push(`${signal} ${(await idsAt(folder)).join()}`);
  }
  expect(found).toEqual(['SIGKILL a,b', 'SIGKILL a,b', 'SIGKILL newer,newer-2', 'null newer,newer-2']);
  await saveEnsemble(ensembleOf('d'), folder, { overwrite: true });
  expect(await readdir(root)).toEqual(['ensemble']);
}, 120_000);
