import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimFile } from './claim-file.js';
import { siblingPath } from './siblings.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdmjs-claim-'));
  path = join(root, 'run');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The claim that a process would have made. */
const claimOf = (owner: number | undefined) => siblingPath(path, 'claim').replace(`-${process.pid}-`, `-${owner}-`);

it('lets one have a file at a time, and the next when it is released', async () => {
  const release = await claimFile(path);
  await expect(claimFile(path)).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringMatching(/run is in use by process \d+; wait until it has ended, or name another file \(if/),
  });
  await (await claimFile(`${path}-2`))();
  await release();
  await (await claimFile(path))();
  expect(await readdir(root)).toEqual([]);
});

it('lets at most one of many at once have it', async () => {
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claimFile(path)));
  expect(claims.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
});

it('refuses what a living process has, and not what a killed one had', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  await writeFile(claimOf(child.pid), '');
  await expect(claimFile(path)).rejects.toThrow(`in use by process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await claimFile(path))();
  expect(await readdir(root)).toEqual([]);
});

it.skipIf(!existsSync('/proc/self/stat'))('knows a number that was given to another process', async () => {
  await writeFile(claimOf(process.pid), '1');
  await (await claimFile(path))();
  expect(await readdir(root)).toEqual([]);
});

it('lets processes of other machines be', async () => {
  const { pid = 0 } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(join(root, `.run.claim-elsewhere-${pid}-00000000`), '');
  await (await claimFile(path))();
  expect(await readdir(root)).toHaveLength(1);
});

it('says where no claim can be written', async () => {
  await expect(claimFile(join(root, 'absent', 'run'))).rejects.toMatchObject({ code: 'not-writable' });
});
