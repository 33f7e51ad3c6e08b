import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
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
