import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { machineNow } from '../machine-now.js';
import type { Job, Reading } from './scale.js';

const child = fileURLToPath(new URL('./ours-child.ts', import.meta.url));
const peer = fileURLToPath(new URL('../../python/peer.py', import.meta.url));

/** Where everything ran. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** The last one that changed `packages/`, with `-changed` when files there differ from it. */
  readonly commit: string;
}

export interface SdkVersions {
  readonly 'reexpress-sdm': string;
  readonly torch: string;
  readonly numpy: string;
  readonly python: string;
  readonly torchThreads: number;
  readonly mklThreads: number;
  readonly mkl: string;
  /** The widest vector instructions that PyTorch uses here. */
  readonly instructions: string;
}

export function thisMachine(): Machine {
  const { processor, node } = machineNow();
  return {
    processor,
    cores: availableParallelism(),
    node,
    commit: packagesCommit(),
  };
}

function packagesCommit(): string {
  const packages = fileURLToPath(new URL('../../../../packages', import.meta.url));
  const git = (...words: string[]) => spawnSync('git', [...words, '--', packages], { cwd: packages, encoding: 'utf8' });
  const { status, stdout } = git('log', '-1', '--format=%h');
  if (status !== 0) return 'unknown';
  return `${stdout.trim()}${git('status', '--porcelain').stdout === '' ? '' : '-changed'}`;
}

export function measureOurs(job: Job): Reading {
  return lastLine(runToEnd(process.execPath, [...process.execArgv, child, JSON.stringify(job)])) as Reading;
}

export function measureSdk(python: string, job: Job): Reading {
  return lastLine(runToEnd(python, [peer, JSON.stringify(job)], everyCore())) as Reading;
}

export function sdkVersions(python: string): SdkVersions {
  return lastLine(runToEnd(python, [peer, 'versions'], everyCore())) as SdkVersions;
}

/** PyTorch and MKL on all cores, whatever the shell says. */
function everyCore(): NodeJS.ProcessEnv {
  const cores = String(availableParallelism());
  return { ...process.env, OMP_NUM_THREADS: cores, MKL_NUM_THREADS: cores };
}

function runToEnd(program: string, parameters: readonly string[], env = process.env): string {
  const { status, signal, stdout, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ended with ${signal ?? status}`, { cause: error });
  return stdout;
}

function lastLine(text: string): unknown {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}
