import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Pinned: what the numbers in docs were taken with. */
const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url));
/** Git-ignored, one for all that use the SDK. */
const cache = fileURLToPath(new URL('../.cache', import.meta.url));

/** Fails unless every pinned package is there in its version and the SDK can be imported. */
const CHECK = `
import importlib.metadata, sys
for line in open(sys.argv[1]):
    name, wanted = line.strip().split('==')
    assert importlib.metadata.version(name) == wanted, name
import reexpress_sdm, torch
`;

const run = promisify(execFile);

/** A Python with the SDK in it, or why there is none. */
export type Environment =
  | { readonly isReady: true; readonly python: string }
  | { readonly isReady: false; readonly reason: string };

/** Makes the virtual environment on first use: about 3 GB of downloads and 5.5 GB on disk, because PyPI has PyTorch for Linux on x86-64 only with CUDA. */
export async function preparePython(print: (line: string) => void): Promise<Environment> {
  const environment = join(cache, 'venv');
  const python = join(environment, 'bin', 'python');
  if (await isUsable(python)) return { isReady: true, python };
  try {
    await mkdir(cache, { recursive: true });
    const building = join(cache, 'venv-unfinished');
    await rm(building, { recursive: true, force: true });
    await rm(environment, { recursive: true, force: true });
    print(`Installing the Python SDK and PyTorch into ${environment} (about 3 GB to download, once) …`);
    await run('python3.11', ['-m', 'venv', building]);
    await rename(building, environment);
    await runPython(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
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
    await runPython(python, ['-c', CHECK, requirements]);
    return true;
  } catch {
    return false;
  }
}
