import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseBackend } from './choose-backend.js';
import { importModule } from './import-module.js';
import { findNativeBuild, nativeBuildEntry, nativeCacheFolder } from './native-build.js';

let cache = '';

/** A build whose entry registers the plain CPU backend under the name of the native one. */
async function addBuild(name: string, isComplete = true): Promise<void> {
  await mkdir(join(cache, name), { recursive: true });
  const entry = `exports.registerNativeTensorFlow = (tf) => {
    tf.registerBackend('tensorflow', tf.findBackendFactory('cpu'));
    for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'tensorflow' });
  };`;
  await writeFile(join(cache, name, 'register.cjs'), entry);
  if (isComplete) await writeFile(join(cache, name, 'complete.json'), '{}');
}

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'native-build-'));
  vi.stubEnv('SDMJS_NATIVE_TENSORFLOW', cache);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test('the cache folder is the one that the environment names, else one in the home folder', async () => {
  expect(await nativeCacheFolder()).toBe(cache);
  vi.stubEnv('SDMJS_NATIVE_TENSORFLOW', '');
  expect(await nativeCacheFolder()).toMatch(/\.cache.sdmjs.native-tensorflow$/);
});

test('the highest version that is complete is found, by device', async () => {
  expect(await findNativeBuild('cpu')).toBeUndefined();
  expect(await findNativeBuild('cpu', join(cache, 'absent'))).toBeUndefined();
  for (const name of ['2.9.1-cpu', '2.15.1-cpu', '2.21.0-cuda', '.partial-2.30.0-cpu-17']) await addBuild(name);
  await addBuild('2.40.0-cpu', false);
  const build = await findNativeBuild('cpu');
  expect(build).toEqual({ folder: join(cache, '2.15.1-cpu'), version: '2.15.1', device: 'cpu' });
  expect(await nativeBuildEntry(build!)).toMatch(/^file:.*2\.15\.1-cpu\/register\.cjs$/);
  expect((await findNativeBuild('cuda'))?.version).toBe('2.21.0');
});

test('a build is taken where the package is not installed, with the TensorFlow.js that everything else uses', async () => {
  await addBuild('2.15.1-cpu');
  await importModule('@tensorflow/tfjs-backend-cpu');
  const { name, describe } = await chooseBackend({ force: 'tensorflow' });
  expect(name).toBe('tensorflow');
  expect(describe()).toContain(`native TensorFlow on the CPU (TensorFlow 2.15.1 in ${join(cache, '2.15.1-cpu')})`);
});
