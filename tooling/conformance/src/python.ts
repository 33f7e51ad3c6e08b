import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Pinned: what the numbers in docs/results/conformance.md were taken with. */
const REQUIREMENTS = ['reexpress-sdm==0.4.8', 'torch==2.15.0', 'numpy==2.4.6'];

const run = promisify(execFile);

/** A Python with the SDK in it, or why there is none. */
export type Environment =
  | { readonly isReady: true; readonly python: string }
  | { readonly isReady: false; readonly reason: string };

/** Makes the virtual environment on first use: about 3 GB of downloads and 5.5 GB on disk, because PyPI has PyTorch only with CUDA. */
export async function preparePython(cache: string, print: (line: string) => void): Promise<Environment> {
  const environment = join(cache, 'venv');
  const python = join(environment, 'bin', 'python');
  if (await isUsable(python)) return { isReady: true, python };
  try {
    await mkdir(cache, { recursive: true });
    const building = join(cache, 'venv-unfinished');
    await rm(building, { recursive: true, force: true });
    await rm(environment, { recursive: true, force: true });
    print(`Installing ${REQUIREMENTS.join(', ')} into ${environment} (about 3 GB to download, once) …`);
    await run('python3.11', ['-m', 'venv', building]);
    await rename(building, environment);
    await runPython(python, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...REQUIREMENTS]);
    if (await isUsable(python)) return { isReady: true, python };
    return { isReady: false, reason: 'the installed SDK cannot be imported' };
  } catch (error) {
    return { isReady: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a script to its end; throws with its error output. */
export async function runPython(python: string, parameters: readonly string[]): Promise<void> {
  await run(python, parameters, { maxBuffer: 2 ** 26 });
}

async function isUsable(python: string): Promise<boolean> {
  try {
    await access(python);
    await runPython(python, ['-c', 'import reexpress_sdm, torch; assert reexpress_sdm.__version__ == "0.4.8"']);
    return true;
  } catch {
    return false;
  }
}
