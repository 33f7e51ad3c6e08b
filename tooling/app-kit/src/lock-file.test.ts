import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './lock-file.js';

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-kit-'));
  path = join(folder, 'lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that takes the lock and keeps it until its input ends. */
async function startHolder(): Promise<ChildProcess> {
  const module = JSON.stringify(new URL('./lock-file.ts', import.meta.url).href);
  const program = `import { takeLock } from ${module}; takeLock(process.argv[1], 'it'); process.stdin.on('end', () => process.exit()).resume(); process.stdout.write('held');`;
  const words = ['--import', 'tsx', '--conditions=source', '--input-type=module', '--eval', program, path];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

test('another process is refused while one holds the lock, which is gone when that one ends', async () => {
  const holder = await startHolder();
  const message = `process ${holder.pid} uses the thing; wait until it has ended`;
  expect(() => takeLock(path, 'the thing')).toThrow(expect.objectContaining({ code: 'not-writable' }));
  expect(() => takeLock(path, 'the thing')).toThrow(message);
  holder.stdin!.end();
  await once(holder, 'exit');
  expect(existsSync(path)).toBe(false);
  takeLock(path, 'the thing');
  takeLock(path, 'the thing');
  expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
});

test('the lock of a killed process is taken over', async () => {
  const holder = await startHolder();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(readFileSync(path, 'utf8')).toBe(String(holder.pid));
  takeLock(path, 'the thing');
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a lock without a number is of nobody known, and stays', () => {
  writeFileSync(path, '');
  expect(() => takeLock(path, 'the thing')).toThrow('process unknown uses the thing');
});
