import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { sdm } from './testing/fake-host.js';

it('runs every command of the README as it is written, in order', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const blocks = Array.from(text.matchAll(/```sh\n([\s\S]*?)```/g), ([, block = '']) => block);
  const commands = blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.startsWith('sdm '));
  expect(commands.length).toBeGreaterThan(10);
  const folder = await mkdtemp(join(tmpdir(), 'sdm-readme-'));
  const before = process.cwd();
  process.chdir(folder);
  try {
    for (const command of commands) {
      const line = command.replace(/ +#.*$/, '').replace(/^sdm /, '');
      expect({ command, ...(await sdm(line)) }).toMatchObject({ exitCode: 0 });
    }
    expect(existsSync(join(folder, 'demo/model.sdmkitmodel'))).toBe(true);
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
}, 240_000);

it('runs the first sample of the README of the adapters, which needs packages of every layer', async () => {
  const text = await readFile(new URL('../../adapters/README.md', import.meta.url), 'utf8');
  const [, sample = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  expect(sample).toMatch(/await estimator\.estimateAll/);
  const folder = await mkdtemp(join(tmpdir(), 'sdm-sample-'));
  try {
    await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
    await writeFile(join(folder, 'sample.mts'), sample);
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const flags = ['--import', tsx, '--conditions=source', 'sample.mts'];
    await promisify(execFile)(process.execPath, flags, { cwd: folder });
    expect(existsSync(join(folder, '.cache/embeddings'))).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
