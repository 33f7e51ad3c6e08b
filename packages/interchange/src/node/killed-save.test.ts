import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { signalOf } from '../testing/killed-process.js';
import { scoreFixture } from '../testing/score-fixture.js';
import { loadModel } from './load-model.js';
import { saveModel } from './save-model.js';

const script = new URL('../testing/save-until-killed.ts', import.meta.url);

it('leaves the old model or the new one, whole, wherever the process is killed, and the next save works', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sdmjs-'));
  const found: string[] = [];
  for (let call = 1; !found.at(-1)?.endsWith('alive'); call++) {
    const folder = join(root, `model-${call}.sdmkitmodel`);
    await saveModel(scoreFixture({ modelId: 'older' }), folder);
    const signal = await signalOf(script, [folder, call]);
    found.push(
      signal === 'SIGKILL' ? (await loadModel(folder)).modelId : `${(await loadModel(folder)).modelId}, alive`,
    );
    await saveModel(scoreFixture({ modelId: 'next' }), folder, { overwrite: true });
    expect((await loadModel(folder)).modelId).toBe('next');
  }
  expect(new Set(found)).toEqual(new Set(['older', 'newer', 'newer, alive']));
  // Six files, two flushes of folders, three renames and removals: fewer means that the child was not counting.
  expect(found.length).toBeGreaterThan(11);
  expect(await readdir(root)).toHaveLength(found.length);
  await rm(root, { recursive: true });
}, 120_000);
