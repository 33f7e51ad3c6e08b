import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const NODE = ['--import', 'tsx', '--conditions=source', main];

type Watch = (text: string, child: ChildProcess) => void;

/** Runs a command line, words separated by blanks, in a process of its own and lets `onOutput` watch what it says on both streams. */
export async function runChild(line: string, onOutput: Watch = () => undefined, isWatchedFromTheStart = false) {
  const child = spawn(process.execPath, [...NODE, ...wordsOf(line)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  if (isWatchedFromTheStart) onOutput('', child);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      written[name] += piece.toString();
      onOutput(written.stdout + written.stderr, child);
    });
  }
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { exitCode, signal, ...written };
}

/** Runs a command line by a program of bash, which has it as `"$0" "$@"`. */
export async function runByShell(program: string, line: string) {
  const shell = spawn('bash', ['-c', program, process.execPath, ...NODE, ...wordsOf(line)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  let stderr = '';
  shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const [exitCode] = (await once(shell, 'close')) as [number];
  return { exitCode, stderr };
}

/** Interrupts once, when the output has come to a mark. */
export function interruptAt(mark: RegExp): Watch {
  let isSent = false;
  return (text, child) => {
    if (isSent || !mark.test(text)) return;
    isSent = true;
    child.kill('SIGINT');
  };
}

function wordsOf(line: string): string[] {
  return line.split(' ').filter(Boolean);
}
