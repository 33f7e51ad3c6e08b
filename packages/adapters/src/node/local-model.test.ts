import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTransformersEncoder, type ExtractFeatures } from '../transformers/index.js';
import { localModel } from './local-model.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-model-'));
  folder = join(root, 'one', 'tiny');
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'onnx', 'model.onnx'), 'weights');
});
afterEach(() => rm(root, { recursive: true }));

const extract: ExtractFeatures = async (texts) => ({ data: texts.map(() => 1), dims: [texts.length, 1] });
const fingerprintOf = async (path: string) => {
  const encoder = await createTransformersEncoder({ pipeline: async () => extract, ...(await localModel(path)) });
  return encoder.representation.fingerprint;
};

it('gives the fingerprint of an encoder by its files, wherever they lie', async () => {
  const before = await fingerprintOf(folder);
  expect(await localModel(folder)).toMatchObject({ model: 'tiny', localModelPath: `${join(root, 'one')}${sep}` });
  await cp(folder, join(root, 'two', 'tiny'), { recursive: true });
  expect(await fingerprintOf(join(root, 'two', 'tiny'))).toBe(before);
  await writeFile(join(folder, 'onnx', 'model.onnx'), 'others');
  expect(await fingerprintOf(folder)).not.toBe(before);
});

it('tells files of other names apart, and follows links to files', async () => {
  const { revision } = await localModel(folder);
  const weights = join(folder, 'onnx', 'model.onnx');
  await rename(weights, join(root, 'blob'));
  await symlink(join(root, 'blob'), weights);
  expect((await localModel(folder)).revision).toBe(revision);
  await rename(weights, join(folder, 'onnx', 'other.onnx'));
  expect((await localModel(folder)).revision).not.toBe(revision);
});

it('refuses a folder that it cannot know in full', async () => {
  await expect(localModel(join(root, 'none'))).rejects.toEqual(expect.objectContaining({ code: 'not-found' }));
  await mkdir(join(root, 'empty'));
  await expect(localModel(join(root, 'empty'))).rejects.toEqual(expect.objectContaining({ code: 'not-found' }));
  await symlink(join(root, 'none'), join(folder, 'gone'));
  await expect(localModel(folder)).rejects.toEqual(expect.objectContaining({ code: 'not-readable' }));
  await symlink(join(root, 'one'), join(folder, 'more'));
  await expect(localModel(folder)).rejects.toEqual(expect.objectContaining({ code: 'bad-format' }));
});
