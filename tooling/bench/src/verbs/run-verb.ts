import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { VerbCase } from './cases.js';

/** How a command went. */
export interface VerbResult {
  readonly verbCase: VerbCase;
  /** −1 for a process that was killed. */
  readonly exitCode: number;
  readonly seconds: number;
  /** The last lines that it wrote, to standard error if there are any. */
  readonly said: string;
}

const MAIN = fileURLToPath(new URL('../../../../packages/cli/src/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** Runs `sdm` in a process of its own, in a folder. */
export async function runVerb(verbCase: VerbCase, folder: string): Promise<VerbResult> {
  const { words, output, signal } = verbCase;
  const startedAt = performance.now();
  const stdout = output === '/dev/full' ? openSync(output, 'w') : 'pipe';
  const child = spawn(process.execPath, ['--import', TSX, '--conditions=source', MAIN, ...words], {
    cwd: folder,
    stdio: ['ignore', stdout, 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  let isSent = false;
  const listen = (name: 'stdout' | 'stderr') => (piece: Buffer) => {
    texts[name] += piece.toString();
    if (signal && !isSent && signal.after.test(texts[name])) isSent = child.kill(signal.name);
  };
  child.stderr!.on('data', listen('stderr'));
  child.stdout?.on('data', listen('stdout'));
  if (output === 'closed') child.stdout!.once('data', () => child.stdout!.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - startedAt) / 1000;
  return { verbCase, exitCode: code ?? -1, seconds, said: lastLine(texts.stderr) || lastLine(texts.stdout) };
}

const LONGEST = 160;

/** The last line, without colours and no longer than a cell of a table should be. */
function lastLine(text: string): string {
  const line = stripVTControlCharacters(text.trimEnd())
    .split(/[\n\r]/)
    .at(-1)!
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
