import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { RunResults } from './report/write-report.js';

const root = fileURLToPath(new URL('../../../package.json', import.meta.url));
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(root).resolve('tsx')).href;

function startRun(folder: string, command: readonly string[] = []): ChildProcess {
  const program = [
    '--conditions=source',
    '--import',
    tsx,
    main,
    ...command,
    '--preset',
    'test',
    '--run',
    folder,
    '--backend',
    'wasm',
  ];
  return spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The exit code, with all that was printed. */
async function finish(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

/** Kills the process, without warning, as soon as the file is there. */
async function killWhenWritten(child: ChildProcess, file: string): Promise<void> {
  const closed = finish(child);
  while (!existsSync(file) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await closed;
}

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'verified-writer-')), 'run');
const resultsIn = (folder: string): RunResults =>
  JSON.parse(readFileSync(join(folder, 'sdm-hard', 'results.json'), 'utf8'));

test('a run that is killed in every stage goes on and ends with the results of one that was not', async () => {
  const [whole, killed] = [newFolder(), newFolder()];
  const { code, output } = await finish(startRun(whole));
  expect(code, output).toBe(0);
  expect(output).toMatch(/Runs on wasm: .*\n/);
  expect(output).toContain('Six generations');
  for (const file of [
    'pretraining.safetensors',
    'sdm-hard/fine-tuning.safetensors',
    'sdm-hard/answers-support.safetensors',
    'sdm-hard/verified-test.json',
    'sdm-hard/layer-answer-0-0.95.json',
  ]) {
    await killWhenWritten(startRun(killed), join(killed, file));
  }
  expect((await finish(startRun(killed))).code).toBe(0);
  expect(resultsIn(killed).tables).toEqual(resultsIn(whole).tables);

  const prompt = 'we must all do our part for the good of the people';
  const answered = await finish(startRun(whole, ['chat', prompt]));
  expect(answered.output).toMatch(/answer {4}(?:of|the|people) /);
  expect(answered.output).toMatch(/verdict {3}(?:admitted|rejected)/);
  const tooLong = await finish(startRun(whole, ['chat', `we must ${'all '.repeat(60)} do the good of`]));
  expect([tooLong.code, tooLong.output]).toEqual([
    1,
    expect.stringMatching(/^verified-writer: prompt and answer take .* the context is 52; leave out \d+ words\n$/),
  ]);
}, 240_000);
