import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Runs a TypeScript file in a process of its own. Gives the signal that ended it, or null when it came to its end. */
export async function signalOf(script: URL, words: readonly (string | number)[]): Promise<NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', fileURLToPath(script), ...words.map(String)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** Inside that process: kills it just before the given one of the calls that are counted; 0 is never. */
export function killBefore(call: number) {
  let left = call;
  const countDown = (): void => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
  const counted =
    <Arguments extends unknown[], Result>(work: (...values: Arguments) => Result) =>
    (...values: Arguments): Result => {
      countDown();
      return work(...values);
    };
  return {
    countDown,
    counted,
    /** From here on, counts every promised call that changes the file system. */
    countFileChanges(): void {
      const { mkdir, open, rename, rm } = fs;
      Object.assign(fs, { mkdir: counted(mkdir), open: counted(open), rename: counted(rename), rm: counted(rm) });
      syncBuiltinESMExports();
    },
  };
}
